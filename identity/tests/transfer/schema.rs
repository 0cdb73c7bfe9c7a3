//! The list of tables in `identity::transfer` is the real schema, so no migration can forget it.

use crate::world::{BOTH, On, World};
use identity::transfer::{Kind, LEFT, TABLES};

#[tokio::test]
async fn every_table_and_column_is_carried_over_or_left_for_a_reason() {
    let world = World::start();
    for on in BOTH {
        let url = world.fresh(on).await;
        world.open(&url).await.unwrap().close().await;
        let mut real = world.columns(&url).await;
        real.iter_mut().flat_map(|(_, columns)| columns).for_each(|(_, kind)| *kind = kind.to_lowercase());
        for (table, why) in LEFT {
            let before = real.len();
            real.retain(|(name, _)| name != table);
            assert!(real.len() < before && !why.is_empty(), "{on:?}: {table} is left, and is not there");
        }
        let mut listed: Vec<(String, Vec<(String, String)>)> = TABLES
            .iter()
            .map(|table| {
                let carried =
                    table.columns.iter().map(|(name, kind)| ((*name).to_owned(), stored(on, *kind).to_owned()));
                let left = real.iter().filter(|(name, _)| name == table.name).flat_map(|(_, columns)| columns);
                let left = left.filter(|(name, _)| table.left.contains(&name.as_str())).cloned();
                let mut columns: Vec<_> = carried.chain(left).collect();
                columns.sort();
                (table.name.to_owned(), columns)
            })
            .collect();
        listed.sort();
        real.sort();
        assert_eq!(listed, real, "{on:?}");
    }
}

/// Rows are read by their first column, and children come after their parents, which take them along when they go.
#[tokio::test]
async fn the_first_column_is_the_primary_key_and_parents_stand_first() {
    let world = World::start();
    let url = world.fresh(On::Sqlite).await;
    world.open(&url).await.unwrap().close().await;
    for (at, table) in TABLES.iter().enumerate() {
        let first = format!(
            "select count(*) from pragma_table_info('{}') where pk = 1 and name = '{}' and not exists
             (select 1 from pragma_table_info('{}') where pk = 2)",
            table.name, table.columns[0].0, table.name
        );
        assert_eq!(world.number(&url, &first).await, 1, "{}", table.name);
        for later in &TABLES[at..] {
            let parents = format!(
                "select count(*) from pragma_foreign_key_list('{}') where \"table\" = '{}'",
                table.name, later.name
            );
            assert_eq!(world.number(&url, &parents).await, 0, "{} before {}", table.name, later.name);
        }
        let others =
            format!("select count(*) from pragma_foreign_key_list('{}') where on_delete <> 'CASCADE'", table.name);
        assert_eq!(world.number(&url, &others).await, 0, "{}", table.name);
    }
}

fn stored(on: On, kind: Kind) -> &'static str {
    match (on, kind) {
        (On::Sqlite, Kind::Int) => "integer",
        (On::Postgres, Kind::Int) => "bigint",
        (_, Kind::Text) => "text",
        (On::Sqlite, Kind::Bytes | Kind::Id) => "blob",
        (On::Postgres, Kind::Bytes) => "bytea",
        (On::Postgres, Kind::Id) => "uuid",
    }
}
