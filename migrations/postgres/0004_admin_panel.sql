-- The admin panel: roles, acting as somebody else, a chain through the events, figures, settings changed at run time.

create table roles (
    name        text    primary key,
    permissions text    not null, -- words, in alphabetical order with a space between
    created_at  bigint not null,
    changed_at  bigint not null
);

-- A role of the installation's own making; `role` is then 'user', which is what a node of the release before makes of it.
-- No reference: a role that is not there grants nothing.
alter table users add column role_name text;
create index users_by_role_name on users (role_name, id) where role_name is not null;

alter table users add column invited_at bigint; -- an administrator made the account; its owner has it when they have chosen a password
-- An administrator has ordered the deletion, which its owner cannot call off.
alter table users add column deletion_ordered_at bigint;
alter table users add column disabled_before bigint; -- disabled_at as the order found it: what it will be again if the order is taken back
alter table users add column leaving_before bigint; -- delete_at as the order found it: the owner had asked

-- Somebody acts as the owner of the session, and comes from this session of their own.
alter table sessions add column acting_id uuid references users (id) on delete cascade;
alter table sessions add column acting_from uuid;
alter table sessions add column acting_writes bigint; -- 1 when they may change something
alter table sessions add column acting_back bigint; -- the generation in which that session was given back to them; 0 when it never will be
create index sessions_by_acting on sessions (acting_id) where acting_id is not null;

-- Every event gets its place in a chain of hashes a moment after it was written. Where there are many, the operator has made what follows
-- beforehand without locking anybody out (docs/operations.md). A build by hand that was interrupted leaves an index that is never used.
do $$
declare
    broken text;
begin
    select string_agg(indexrelid::regclass::text, ', ') into broken
      from pg_index where indrelid in ('events'::regclass, 'sessions'::regclass) and not indisvalid;
    if broken is not null then
        raise exception 'an index that was being built by hand is not valid, drop it or build it again: %', broken;
    end if;
end
$$;
alter table events add column if not exists note text; -- what an administrator gave as the reason
alter table events add column if not exists seq bigint; -- the place; null until then
alter table events add column if not exists salt bytea; -- of the hash over what is personal; emptied when the person is forgotten
alter table events add column if not exists personal bytea; -- that hash
alter table events add column if not exists digest bytea; -- over the digest before, what is not personal, and that hash
create unique index if not exists events_by_seq on events (seq);
create index if not exists events_unsealed on events (id) where seq is null;
create index if not exists events_by_kind on events (kind, id);
create index if not exists events_by_actor on events (actor_id, id) where actor_id is not null;

-- A node of the release before that forgets somebody puts another id in their place, and knows nothing of what else is emptied.
create function events_forgotten() returns trigger language plpgsql as $$
begin
    new.salt := null;
    if new.subject_id is distinct from old.subject_id or new.kind not in (
           'role_changed', 'role_made', 'role_edited', 'role_removed', 'accounts_exported', 'impersonation_began', 'setting_changed',
           'keys_rotated', 'key_retirement_planned', 'key_distrusted') then
        new.note := null;
    end if;
    return new;
end
$$;
create trigger events_forgotten before update of subject_id, actor_id on events for each row
when (old.salt is not null and new.salt is not null
      and (new.subject_id is distinct from old.subject_id or new.actor_id is distinct from old.actor_id))
execute function events_forgotten();

create table audit_chain ( -- where the chain ends
    one    bigint primary key check (one = 1),
    seq    bigint not null,
    digest bytea not null,
    mac    bytea not null -- keyed from outside the database: whoever can write to it cannot make another end
);

create table audit_gaps ( -- runs of events that were removed when their time was over
    last_seq  bigint primary key,
    first_seq bigint not null,
    digest    bytea not null -- of the last of them: what the next one is chained to
);

create unique index audit_gaps_by_first on audit_gaps (first_seq);

create table figures ( -- how many events of a kind there were in an hour, and in a day of UTC
    key   text   primary key, -- the hour as ten digits, or a d and the day as nine; a space, the kind
    hour  bigint not null, -- hours since 1970
    kind  text   not null,
    count bigint not null
);

create table tallies ( -- what takes long to count, as it was counted last
    name       text   collate "C" primary key,
    count      bigint not null,
    counted_at bigint not null
);

create table settings ( -- changed at run time
    name       text   primary key,
    value      text   not null,
    changed_at bigint not null
);

-- Byte by byte, as SQLite compares: lists have one order everywhere, and what begins with something is a range of the index.
alter table users alter column email type text collate "C", alter column name_key type text collate "C";

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
create index if not exists sessions_living on sessions (expires_at, id, ended_at) where ended_at is null;

-- The moment at which a signing key is planned to stop; its successor is made in time.
alter table signing_keys add column retire_at bigint;

-- What is removed when its time is over is found by its age.
create index letters_by_age on letters (created_at) where sealed is null;

-- Letters that were tried and not sent, or given up: few, however many wait for a day to come.
create index letters_tried on letters (due_at) where sent_at is null and (attempts > 0 or sealed is null);
create index throttles_by_age on throttles (started_at);
