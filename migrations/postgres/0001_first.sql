-- The whole of the first release. Times are milliseconds since 1970 (UTC), ids are UUID version 7.

create table installation (
    one             bigint primary key check (one = 1),
    id              uuid   not null,
    key_check       bytea  not null, -- tells whether a master key is this database's, without containing it
    setup_hash      bytea, -- of the one-time link that makes the first administrator
    setup_closed_at bigint, -- set by the first administrator, never cleared
    created_at      bigint not null
);

create table users (
    id                 uuid   primary key,
    email              text   not null unique, -- normalised: trimmed, lower case
    name               text   not null,
    name_key           text   not null,        -- lower case, for searching
    role               text   not null check (role in ('user', 'admin')),
    password_hash      text   not null,        -- PHC string, argon2id
    created_at         bigint not null,
    verified_at        bigint,
    disabled_at        bigint,
    last_sign_in_at    bigint,
    tokens_void_before bigint not null         -- access tokens issued up to this moment are stale (their role has changed)
);
create index users_by_name on users (name_key);
create index users_by_role on users (role, id);
create index users_by_mark on users (tokens_void_before);

create table sessions (
    id           uuid   primary key,
    user_id      uuid   not null references users (id) on delete cascade,
    secret       bytea  not null, -- half of the refresh token's key; the other half is outside the database
    generation   bigint not null,
    confirmed_at bigint, -- when the browser proved that it holds the current generation
    created_at   bigint not null,
    rotated_at   bigint not null,
    stay         text   not null,
    expires_at   bigint, -- null: until signed out
    user_agent   text   not null,
    ip           text   not null,
    ended_at     bigint,
    end_cause    text,
    check ((ended_at is null) = (end_cause is null))
);
create index sessions_by_user on sessions (user_id, id);
create index sessions_by_end on sessions (ended_at) where ended_at is not null;

create table mailed_tokens (
    id            uuid   primary key,
    user_id       uuid   not null references users (id) on delete cascade,
    purpose       text   not null,
    address       text   not null,        -- where it was sent: proves this address and no other
    token_hash    bytea  not null unique, -- of the link's token
    code_hash     bytea  not null unique, -- of the code that can be typed instead
    name          text   not null,        -- the registration this letter confirms: what a stranger typed
    password_hash text   not null,        -- before or after with the same address is not confirmed by it
    created_at    bigint not null,
    expires_at    bigint not null,
    spent_at      bigint
);
create index mailed_tokens_by_user on mailed_tokens (user_id, purpose);

create table signing_keys (
    kid        text   primary key,
    alg        text   not null,
    sealed     bytea  not null, -- private key, encrypted with a key derived from the master key
    jwk        text   not null, -- public half (RFC 7517); empty for a shared secret
    created_at bigint not null,
    retired_at bigint -- verifies for one more access-token lifetime, then is forgotten
);

create table letters (
    id         uuid   primary key,
    kind       text   not null,
    sealed     bytea, -- the letter, encrypted (it may carry a token); emptied once sent
    created_at bigint not null,
    due_at     bigint not null,
    attempts   bigint not null,
    sent_at    bigint,
    failure    text   -- what the last attempt met
);
create index letters_due on letters (due_at) where sent_at is null;

create table throttles (
    key           bytea  primary key, -- keyed hash of what is throttled; holds no address
    count         bigint not null,
    started_at    bigint not null,
    blocked_until bigint not null
);

create table events (
    id         uuid   primary key,
    at         bigint not null,
    kind       text   not null,
    actor_id   uuid,
    subject_id uuid,
    session_id uuid,
    ip         text   not null,
    detail     text   not null
);
create index events_by_subject on events (subject_id, id);
