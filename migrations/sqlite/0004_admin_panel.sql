-- The admin panel: roles, acting as somebody else, a chain through the events, figures, settings changed at run time.

create table roles (
    name        text    primary key,
    permissions text    not null, -- words, in alphabetical order with a space between
    created_at  integer  not null,
    changed_at  integer  not null
) strict;

-- A role of the installation's own making; `role` is then 'user', which is what a node of the release before makes of it.
-- No reference: a role that is not there grants nothing.
alter table users add column role_name text;
create index users_by_role_name on users (role_name, id) where role_name is not null;

alter table users add column invited_at integer; -- an administrator made the account; its owner has it when they have chosen a password
-- An administrator has ordered the deletion, which its owner cannot call off.
alter table users add column deletion_ordered_at integer;
alter table users add column disabled_before integer; -- disabled_at as the order found it: what it will be again if the order is taken back
alter table users add column leaving_before integer; -- delete_at as the order found it: the owner had asked

-- Somebody acts as the owner of the session, and comes from this session of their own.
alter table sessions add column acting_id blob references users (id) on delete cascade;
alter table sessions add column acting_from blob;
alter table sessions add column acting_writes integer; -- 1 when they may change something
alter table sessions add column acting_back integer; -- the generation in which that session was given back to them; 0 when it never will be
create index sessions_by_acting on sessions (acting_id) where acting_id is not null;

-- Every event gets its place in a chain of hashes a moment after it was written.
alter table events add column note text; -- what an administrator gave as the reason
alter table events add column seq integer; -- the place; null until then
alter table events add column salt blob; -- of the hash over what is personal; emptied when the person is forgotten
alter table events add column personal blob; -- that hash
alter table events add column digest blob; -- over the digest before, what is not personal, and that hash
create unique index events_by_seq on events (seq);
create index events_unsealed on events (id) where seq is null;
create index events_by_kind on events (kind, id);
create index events_by_actor on events (actor_id, id) where actor_id is not null;

-- A node of the release before that forgets somebody puts another id in their place, and knows nothing of what else is emptied.
create trigger events_forgotten after update of subject_id, actor_id on events
when old.salt is not null and new.salt is not null
     and (new.subject_id is not old.subject_id or new.actor_id is not old.actor_id)
begin
    update events set salt = null, note = case when new.subject_id is old.subject_id and kind in (
               'role_changed', 'role_made', 'role_edited', 'role_removed', 'accounts_exported', 'impersonation_began', 'setting_changed',
               'keys_rotated', 'key_retirement_planned', 'key_distrusted') then note end
     where id = new.id;
end;

create table audit_chain ( -- where the chain ends
    one    integer primary key check (one = 1),
    seq    integer not null,
    digest blob not null,
    mac    blob not null -- keyed from outside the database: whoever can write to it cannot make another end
) strict;

create table audit_gaps ( -- runs of events that were removed when their time was over
    last_seq  integer primary key,
    first_seq integer not null,
    digest    blob not null -- of the last of them: what the next one is chained to
) strict;

create unique index audit_gaps_by_first on audit_gaps (first_seq);

create table figures ( -- how many events of a kind there were in an hour, and in a day of UTC
    key   text   primary key, -- the hour as ten digits, or a d and the day as nine; a space, the kind
    hour  integer not null, -- hours since 1970
    kind  text   not null,
    count integer not null
) strict;

create table tallies ( -- what takes long to count, as it was counted last
    name       text   primary key,
    count      integer not null,
    counted_at integer not null
) strict;

create table settings ( -- changed at run time
    name       text   primary key,
    value      text   not null,
    changed_at integer not null
) strict;


-- The list of accounts: an index for every order, and for those that are usually few, so that whoever looks for them need not pass all
-- the others. By id there are the primary key and users_by_role_name already.
drop index users_by_name;
drop index users_by_role; -- most are users, and SQLite would prefer it to every order
create index admins_by_id on users (id) where role = 'admin';
create index users_by_name on users (name_key, id);
create index users_by_seen on users (last_sign_in_at, id);
create index admins_by_address on users (email) where role = 'admin';
create index admins_by_name on users (name_key, id) where role = 'admin';
create index admins_by_seen on users (last_sign_in_at, id) where role = 'admin';
create index named_by_address on users (role_name, email) where role_name is not null;
create index named_by_name on users (role_name, name_key, id) where role_name is not null;
create index named_by_seen on users (role_name, last_sign_in_at, id) where role_name is not null;
create index disabled_by_id on users (id) where disabled_at is not null;
create index disabled_by_address on users (email) where disabled_at is not null;
create index disabled_by_name on users (name_key, id) where disabled_at is not null;
create index disabled_by_seen on users (last_sign_in_at, id) where disabled_at is not null;
create index unverified_by_id on users (id) where verified_at is null and disabled_at is null;
create index unverified_by_address on users (email) where verified_at is null and disabled_at is null;
create index unverified_by_name on users (name_key, id) where verified_at is null and disabled_at is null;
create index unverified_by_seen on users (last_sign_in_at, id) where verified_at is null and disabled_at is null;
create index leaving_by_id on users (id) where delete_at is not null;
create index leaving_by_address on users (email) where delete_at is not null;
create index leaving_by_name on users (name_key, id) where delete_at is not null;
create index leaving_by_seen on users (last_sign_in_at, id) where delete_at is not null;

-- Sessions that nobody has ended, to be counted. With the last column SQLite need not look into the table whether that is so.
create index sessions_living on sessions (expires_at, id, ended_at) where ended_at is null;

-- The moment at which a signing key is planned to stop; its successor is made in time.
alter table signing_keys add column retire_at integer;

-- What is removed when its time is over is found by its age.
create index letters_by_age on letters (created_at) where sealed is null;

-- Letters that were tried and not sent, or given up: few, however many wait for a day to come.
create index letters_tried on letters (due_at) where sent_at is null and (attempts > 0 or sealed is null);
create index throttles_by_age on throttles (started_at);
