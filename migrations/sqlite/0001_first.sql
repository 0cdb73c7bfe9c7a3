-- The whole of the first release. Times are milliseconds since 1970 (UTC), ids are UUID version 7 as 16 bytes.

create table installation (
    one             integer primary key check (one = 1),
    id              blob    not null,
    key_check       blob    not null, -- tells whether a master key is this database's, without containing it
    setup_hash      blob,             -- of the one-time link that makes the first administrator
    setup_closed_at integer,          -- set by the first administrator, never cleared
    created_at      integer not null
) strict;

create table users (
    id                 blob    primary key,
    email              text    not null unique, -- normalised: trimmed, lower case
    name               text    not null,
    name_key           text    not null,        -- lower case, for searching
    role               text    not null check (role in ('user', 'admin')),
    password_hash      text    not null,        -- PHC string, argon2id
    created_at         integer not null,
    verified_at        integer,
    disabled_at        integer,
    last_sign_in_at    integer,
    tokens_void_before integer not null         -- access tokens issued up to this moment are stale (their role has changed)
) strict;
create index users_by_name on users (name_key);
create index users_by_role on users (role, id);
create index users_by_mark on users (tokens_void_before);

create table sessions (
    id           blob    primary key,
    user_id      blob    not null references users (id) on delete cascade,
    secret       blob    not null, -- half of the refresh token's key; the other half is outside the database
    generation   integer not null,
    confirmed_at integer,          -- when the browser proved that it holds the current generation
    created_at   integer not null,
    rotated_at   integer not null,
    stay         text    not null,
    expires_at   integer,          -- null: until signed out
    user_agent   text    not null,
    ip           text    not null,
    ended_at     integer,
    end_cause    text,
    check ((ended_at is null) = (end_cause is null))
) strict;
create index sessions_by_user on sessions (user_id, id);
create index sessions_by_end on sessions (ended_at) where ended_at is not null;

create table mailed_tokens (
    id            blob    primary key,
    user_id       blob    not null references users (id) on delete cascade,
    purpose       text    not null,
    address       text    not null,        -- where it was sent: proves this address and no other
    token_hash    blob    not null unique, -- of the link's token
    code_hash     blob    not null unique, -- of the code that can be typed instead
    name          text    not null,        -- the registration this letter confirms: what a stranger typed
    password_hash text    not null,        -- before or after with the same address is not confirmed by it
    created_at    integer not null,
    expires_at    integer not null,
    spent_at      integer
) strict;
create index mailed_tokens_by_user on mailed_tokens (user_id, purpose);

create table signing_keys (
    kid        text    primary key,
    alg        text    not null,
    sealed     blob    not null, -- private key, encrypted with a key derived from the master key
    jwk        text    not null, -- public half (RFC 7517); empty for a shared secret
    created_at integer not null,
    retired_at integer           -- verifies for one more access-token lifetime, then is forgotten
) strict;

create table letters (
    id         blob    primary key,
    kind       text    not null,
    sealed     blob,             -- the letter, encrypted (it may carry a token); emptied once sent
    created_at integer not null,
    due_at     integer not null,
    attempts   integer not null,
    sent_at    integer,
    failure    text              -- what the last attempt met
) strict;
create index letters_due on letters (due_at) where sent_at is null;

create table throttles (
    key           blob    primary key, -- keyed hash of what is throttled; holds no address
    count         integer not null,
    started_at    integer not null,
    blocked_until integer not null
) strict;

create table events (
    id         blob    primary key,
    at         integer not null,
    kind       text    not null,
    actor_id   blob,
    subject_id blob,
    session_id blob,
    ip         text    not null,
    detail     text    not null
) strict;
create index events_by_subject on events (subject_id, id);
