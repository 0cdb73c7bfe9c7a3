-- Several nodes on one database, and the move from one database to another.

alter table installation add column moved_at integer; -- everything has gone to another database: nothing is written here any more

-- Published before it signs, so that every node and every verifier knows it by then.
alter table signing_keys add column signs_from integer not null default 0;

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
    began_at        integer not null,
    ended_at        integer
) strict;
