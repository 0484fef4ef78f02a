//! Laws 3, 4 and 5 as property tests: of canonical forms, of rendered DDL and of repair plans, on real servers.

mod dice;
mod manifests;
pub mod place;
mod schemas;
mod words;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use schema_health::dialect::{Dialect, Naming, mysql};
use schema_health::repair::{Options, Plan, Variant, plan, plan_with};
use schema_health::schema::{
    Change, Comparison, ConstraintRef, Index, Name, PrimaryKey, Provenance, Schema, Spelling, Table,
    TableName, UniqueConstraint, Unproven, diff,
};

use self::dice::{Dice, dice};
use self::place::Place;
use self::schemas::{a_schema, without_some};

const DIALECTS: [Dialect; 4] = [Dialect::Postgres, Dialect::Mysql, Dialect::Mariadb, Dialect::Sqlite];

/// The same cases each time, so that what lands is what was tried; to hunt, another seed
/// (`PROPTEST_RNG_SEED`) or more cases (`PROPTEST_CASES`).
const SEED: u64 = 20_261_123;

fn runner(cases: u32) -> TestRunner {
    let number = |name: &str| std::env::var(name).ok().and_then(|it| it.parse().ok());
    let cases = number("PROPTEST_CASES").unwrap_or(cases.into());
    TestRunner::new(Config {
        cases: u32::try_from(cases).unwrap(),
        max_shrink_iters: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(number("PROPTEST_RNG_SEED").unwrap_or(SEED)),
        ..Config::default()
    })
}

pub fn canonical(dialect: Dialect, schema: &Schema, naming: &Naming) -> Schema {
    let mut canonical = Schema::default();
    for table in schema.tables.values() {
        let mut table = Table::clone(table);
        dialect.canonical_table(&mut table, naming);
        canonical.insert(table);
    }
    canonical
}

fn object_count(schema: &Schema) -> usize {
    schema.tables.values().map(|table| table.object_count()).sum()
}

#[test]
fn law_3_canonical_tables_are_idempotent() {
    let check = |(dialect, mut dice): (Dialect, Dice)| {
        let once = canonical(dialect, &a_schema(dialect, &mut dice), &dialect.naming());
        prop_assert_eq!(&canonical(dialect, &once, &dialect.naming()), &once);
        Ok(())
    };
    runner(256).run(&(proptest::sample::select(&DIALECTS[..]), dice()), check).unwrap();
}

#[test]
fn law_4_postgres_is_observed_as_rendered() {
    law_4(Place::postgres, 25);
}

#[test]
fn law_4_mysql_is_observed_as_rendered() {
    law_4(Place::mysql, 20);
}

#[test]
fn law_4_sqlite_is_observed_as_rendered() {
    law_4(Place::sqlite, 60);
}

#[test]
fn law_5_postgres_is_mended_once() {
    law_5(Place::postgres, 20);
}

#[test]
fn law_5_mysql_is_mended_once() {
    law_5(Place::mysql, 15);
}

/// InnoDB drops the index that it made for a foreign key when another one comes that can do its work. Where that
/// index is expected, the plan makes it again in the same run.
#[tokio::test]
async fn law_5_mysql_where_an_index_of_the_servers_own_is_expected() {
    let columns = || vec![Name::from("owner"), Name::from("code")];
    let with_unique = |table: &mut Table| table.uniques.push(UniqueConstraint::on_columns(columns()));
    let with_index = |table: &mut Table| table.indexes.push(Index::on_columns(columns()));
    let with_key = |table: &mut Table| {
        let provenance = Provenance::default();
        table.primary_key = Some(PrimaryKey { name: None, columns: columns(), provenance });
    };
    let wider: [&dyn Fn(&mut Table); 3] = [&with_unique, &with_index, &with_key];
    let mut place = Place::mysql().await;
    for add in wider {
        for name in [Some("to_owner"), Some("owner"), Some("by_owner"), None] {
            place.begin_again().await;
            let sql = "CREATE TABLE owner (id int NOT NULL PRIMARY KEY); \
                CREATE TABLE thing (owner int NOT NULL, code int NOT NULL, \
                                    CONSTRAINT to_owner FOREIGN KEY (owner) REFERENCES owner (id))";
            place.execute(sql).await.unwrap();
            let mut expected = place.observe(&Schema::default()).await;
            let thing = expected.tables.get_mut(&TableName::unqualified("thing")).map(Arc::make_mut).unwrap();
            thing.indexes[0].name = name.map(Into::into);
            add(thing);
            let outcome = is_made_to(&mut place, &expected, Variant::Plain).await;
            outcome.unwrap_or_else(|error| panic!("index {name:?}: {error}"));
        }
    }
    place.close().await;
}

#[test]
fn law_5_sqlite_is_mended_once() {
    law_5(Place::sqlite, 40);
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn law_4<F: Future<Output = Place>>(place: impl FnOnce() -> F, cases: u32) {
    let runtime = runtime();
    let place = RefCell::new(runtime.block_on(place()));
    let check = |(as_written, mut dice): (bool, Dice)| {
        runtime.block_on(is_observed_as_rendered(&mut place.borrow_mut(), as_written, &mut dice))
    };
    let result = runner(cases).run(&(any::<bool>(), dice()), check);
    runtime.block_on(place.into_inner().close());
    result.unwrap_or_else(|error| panic!("{error}"));
}

fn law_5<F: Future<Output = Place>>(place: impl FnOnce() -> F, cases: u32) {
    let runtime = runtime();
    let place = RefCell::new(runtime.block_on(place()));
    let check = |mut dice: Dice| runtime.block_on(is_mended_once(&mut place.borrow_mut(), &mut dice));
    let result = runner(cases).run(&dice(), check);
    runtime.block_on(place.into_inner().close());
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Builds `schema` with foreign keys last, each statement as `render` gives it.
async fn build(place: &mut Place, schema: &Schema) -> Result<(), TestCaseError> {
    let dialect = place.dialect();
    let mut last = Vec::new();
    for table in schema.tables.values() {
        let (table, rest) = dialect.split_table(table);
        last.extend(rest);
        execute(place, &dialect.render(&Change::CreateTable(table.into())).unwrap()).await?;
    }
    last.sort_by_key(|change| matches!(change, Change::AddForeignKey { .. }));
    for change in last {
        execute(place, &dialect.render(&change).unwrap()).await?;
    }
    Ok(())
}

async fn execute(place: &mut Place, statements: &[String]) -> Result<(), TestCaseError> {
    for sql in statements {
        place.execute(sql).await.map_err(|error| TestCaseError::fail(format!("{error}\nin {sql}")))?;
    }
    Ok(())
}

async fn is_observed_as_rendered(
    place: &mut Place,
    as_written: bool,
    dice: &mut Dice,
) -> Result<(), TestCaseError> {
    let dialect = place.dialect();
    let schema = a_schema(dialect, dice);
    place.begin_again().await;
    let naming = place.naming(&schema).await;
    let expected = canonical(dialect, &schema, &naming);
    build(place, if as_written { &schema } else { &expected }).await?;
    let mut observed = place.observe(&expected).await;
    if matches!(dialect, Dialect::Mysql | Dialect::Mariadb) {
        observed = without_server_made(observed, &expected);
    }

    let difference = diff(&observed, &expected);
    prop_assert!(difference.changes.is_empty(), "{:#?}\nof {:#?}", difference.changes, observed);
    if let Some(unproven) = difference.unproven.iter().find(|it| is_certain(it)) {
        return Err(TestCaseError::fail(format!("is certain, but not proven: {unproven:#?}")));
    }
    prop_assert_eq!(object_count(&observed), object_count(&expected));
    Ok(())
}

/// Whether the dialect is certain of the very type or default that was not proven the same.
fn is_certain(unproven: &Unproven) -> bool {
    let Unproven::Column { expected, actual, .. } = unproven else { return false };
    let is_unproven = |expected: &Spelling, actual: &Spelling| {
        matches!(expected, Spelling::Certain(_)) && expected.compare(actual) == Comparison::Unproven
    };
    let default = expected.default.as_ref().zip(actual.default.as_ref());
    is_unproven(&expected.data_type, &actual.data_type)
        || default.is_some_and(|(expected, actual)| is_unproven(expected, actual))
}

/// Without the indexes and checks that the server made by itself and nobody expects.
pub fn without_server_made(mut observed: Schema, expected: &Schema) -> Schema {
    let difference = diff(&observed, expected);
    for change in &difference.changes {
        let Some(table) = observed.tables.get(change.table()).cloned() else { continue };
        let is_server_made = if let Change::DropIndex { index: ConstraintRef::Name(name), .. } = change {
            let index = table.indexes.iter().find(|it| it.name.as_ref() == Some(name));
            index.is_some_and(|it| mysql::is_server_made_index(&table, it))
        } else if let Change::DropCheck { .. } = change {
            table.checks.iter().any(|it| mysql::is_server_made_check(&table, it))
        } else {
            false
        };
        if is_server_made {
            observed.apply(change).unwrap();
        }
    }
    observed
}

async fn is_mended_once(place: &mut Place, dice: &mut Dice) -> Result<(), TestCaseError> {
    let dialect = place.dialect();
    let whole = a_schema(dialect, dice);
    place.begin_again().await;
    let naming = place.naming(&whole).await;
    let whole = canonical(dialect, &whole, &naming);
    let (actual, expected) = (without_some(&whole, 40, dice), without_some(&whole, 10, dice));
    build(place, &actual).await?;
    let variant = if dice.chance(50) { Variant::ZeroDowntime } else { Variant::Plain };
    is_made_to(place, &expected, variant).await
}

/// Plans the repair of what stands in `place`, carries it out, and holds the result to law 5.
async fn is_made_to(place: &mut Place, expected: &Schema, variant: Variant) -> Result<(), TestCaseError> {
    let dialect = place.dialect();
    let observation = place.observation(expected).await;
    let options = Options { stored: observation.catalog.stored, variant, ..Options::default() };
    let mending = plan_with(dialect, &observation.catalog.actual, expected, &options);
    for statement in &mending.statements {
        let ran = place.run(statement).await;
        ran.map_err(|error| TestCaseError::fail(format!("{error}\nin {}", statement.sql())))?;
    }
    let mended = place.observe(expected).await;
    let fingerprint = place.fingerprint().await;
    nothing_is_missing(&mended, expected, &mending)?;
    let again = plan(dialect, &mended, expected);
    prop_assert!(again.statements.is_empty(), "{:#?}", again.statements);

    for statement in &mending.statements {
        let ran = place.run(statement).await;
        ran.map_err(|error| {
            TestCaseError::fail(format!("{error}\nin the second run of {}", statement.sql()))
        })?;
    }
    prop_assert_eq!(place.observe(expected).await, mended);
    prop_assert_eq!(place.fingerprint().await, fingerprint);
    Ok(())
}

/// Every difference that is left was left out, or is something unexpected.
fn nothing_is_missing(mended: &Schema, expected: &Schema, mending: &Plan) -> Result<(), TestCaseError> {
    let left_out: BTreeSet<String> = mending.left_out.iter().map(|it| format!("{:?}", it.change)).collect();
    for change in diff(mended, expected).changes {
        let is_unexpected = matches!(
            change,
            Change::DropTable { .. }
                | Change::DropColumn { .. }
                | Change::DropPrimaryKey { .. }
                | Change::DropUnique { .. }
                | Change::DropForeignKey { .. }
                | Change::DropCheck { .. }
                | Change::DropIndex { .. }
                | Change::DropExclusion { .. }
        );
        prop_assert!(
            is_unexpected || left_out.contains(&format!("{change:?}")),
            "{:#?} is still missing after {:#?}\nleft out: {:#?}",
            change,
            mending.statements.iter().map(|it| it.sql()).collect::<Vec<_>>(),
            mending.left_out
        );
    }
    Ok(())
}
