-- Accounts people can live with: recovery, step-up, devices, leaving.

alter table users add column password_changed_at integer; -- null: still the one of the registration
alter table users add column delete_at integer; -- the owner has asked to be forgotten: then it happens, unless they change their mind
create index users_by_deletion on users (delete_at) where delete_at is not null;

-- When the password was last given in this session (auth_time): what is dangerous asks for it again.
alter table sessions add column authenticated_at integer not null default 0;
update sessions set authenticated_at = created_at;

create table devices ( -- browsers that have signed in to an account, known again by a cookie
    key        blob    primary key, -- keyed hash of account and cookie
    user_id    blob    not null references users (id) on delete cascade,
    created_at integer not null,
    seen_at    integer not null
) strict;
create index devices_by_user on devices (user_id);
create index devices_by_age on devices (seen_at);

-- Not only registrations are confirmed by letter.
create table mailed_tokens_3 (
    id            blob    primary key,
    user_id       blob    not null references users (id) on delete cascade,
    purpose       text    not null,
    address       text    not null,        -- where it was sent: proves this address and no other
    token_hash    blob    not null unique, -- of the link's token
    code_hash     blob    unique,          -- of the code that can be typed instead, where there is one
    name          text,                    -- the registration this letter confirms: what a stranger typed
    password_hash text,                    -- before or after with the same address is not confirmed by it
    created_at    integer not null,
    expires_at    integer not null,
    spent_at      integer
) strict;
insert into mailed_tokens_3 (id, user_id, purpose, address, token_hash, code_hash, name, password_hash, created_at, expires_at, spent_at)
     select id, user_id, purpose, address, token_hash, code_hash, name, password_hash, created_at, expires_at, spent_at from mailed_tokens;
drop table mailed_tokens;
alter table mailed_tokens_3 rename to mailed_tokens;
create index mailed_tokens_by_user on mailed_tokens (user_id, purpose);
create index mailed_tokens_by_end on mailed_tokens (expires_at);

alter table letters add column user_id blob references users (id) on delete cascade; -- whose letter it is, where that is known
create index letters_by_user on letters (user_id, id) where user_id is not null;

-- What somebody did to others, or to nobody: found when they leave and are forgotten.
create index events_by_other_actor on events (actor_id, id) where subject_id is null or actor_id <> subject_id;
