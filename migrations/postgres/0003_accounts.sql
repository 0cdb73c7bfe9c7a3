-- Accounts people can live with: recovery, step-up, devices, leaving.

alter table users add column password_changed_at bigint; -- null: still the one of the registration
alter table users add column delete_at bigint; -- the owner has asked to be forgotten: then it happens, unless they change their mind
create index users_by_deletion on users (delete_at) where delete_at is not null;

-- When the password was last given in this session (auth_time): what is dangerous asks for it again.
alter table sessions add column authenticated_at bigint not null default 0;
update sessions set authenticated_at = created_at;

create table devices ( -- browsers that have signed in to an account, known again by a cookie
    key        bytea   primary key, -- keyed hash of account and cookie
    user_id    uuid    not null references users (id) on delete cascade,
    created_at bigint  not null,
    seen_at    bigint  not null
);
create index devices_by_user on devices (user_id);
create index devices_by_age on devices (seen_at);

-- Not only registrations are confirmed by letter.
alter table mailed_tokens alter column code_hash drop not null;
alter table mailed_tokens alter column name drop not null;
alter table mailed_tokens alter column password_hash drop not null;
create index mailed_tokens_by_end on mailed_tokens (expires_at);

alter table letters add column user_id uuid references users (id) on delete cascade; -- whose letter it is, where that is known
create index letters_by_user on letters (user_id, id) where user_id is not null;

-- What somebody did to others, or to nobody: found when they leave and are forgotten.
create index events_by_other_actor on events (actor_id, id) where subject_id is null or actor_id <> subject_id;
