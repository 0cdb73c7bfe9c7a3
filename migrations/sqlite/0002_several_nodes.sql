-- Several nodes on one database, and the move from one database to another.

alter table installation add column moved_at integer; -- everything has gone to another database: nothing is written here any more
alter table installation add column moved_to blob; -- which arrival there it was left for

-- Published before it signs, so that every node and every verifier knows it by then.
alter table signing_keys add column signs_from integer not null default 0;
update signing_keys set signs_from = created_at;

create table jobs ( -- background work that one node does for all
    name   text    primary key,
    due_at integer not null
) strict;

create table address_counts ( -- requests per network address, as one moment: when the count is back at nothing
    key      blob    primary key, -- keyed hash; holds no address
    empty_at integer not null
) strict;

create table arrival ( -- a move or a restore into this database; without an end it is unfinished
    one             integer primary key check (one = 1),
    installation_id blob    not null,
    id              blob    not null, -- stays the same when another run goes on with it
    run             blob    not null, -- which run is at it; a later one takes over
    began_at        integer not null,
    ended_at        integer
) strict;
