-- Several nodes on one database, and the move from one database to another.

alter table installation add column moved_at bigint; -- everything has gone to another database: nothing is written here any more
alter table installation add column moved_to uuid; -- which arrival there it was left for

-- Published before it signs, so that every node and every verifier knows it by then.
alter table signing_keys add column signs_from bigint not null default 0;
update signing_keys set signs_from = created_at;

create table jobs ( -- background work that one node does for all
    name   text   primary key,
    due_at bigint not null
);

create table address_counts ( -- requests per network address, as one moment: when the count is back at nothing
    key      bytea   primary key, -- keyed hash; holds no address
    empty_at bigint not null
);

create table arrival ( -- a move or a restore into this database; without an end it is unfinished
    one             bigint primary key check (one = 1),
    installation_id uuid   not null,
    id              uuid   not null, -- stays the same when another run goes on with it
    run             uuid   not null, -- which run is at it; a later one takes over
    began_at        bigint not null,
    ended_at        bigint
);
