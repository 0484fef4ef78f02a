//! What PostgreSQL's oids tell of one migration among others: whether there was room for what it makes.
//!
//! Each object takes the next number of the whole server. Where those made right before and right after a migration
//! follow each other without a gap, it made nothing.

use crate::audit::evidence::TableAge;
use crate::schema::{TableName, count_of};

use super::scene::Scene;

/// A table takes a number for itself and one for each of its two types, whatever else it has.
const LEAST: u64 = 3;

/// What the numbers around the work of one row say.
pub(super) enum Room {
    /// There is none for a table: the migration made nothing.
    None(String),
    /// There is some here and nowhere else around: something was made that is not there.
    OnlyHere(String),
}

/// `None` where the server tells no numbers, or others took some of them too.
pub(super) fn room_for(scene: &Scene<'_>, at: usize) -> Option<Room> {
    let evidence = scene.evidence()?;
    let burst = scene.bursts().into_iter().find(|it| it.contains(&at))?;
    let mut made: Vec<(u64, usize, &TableName)> = (evidence.ages.iter())
        .filter_map(|age| {
            let row = row_of(scene, age)?;
            burst.contains(&row).then_some((age.serial?, row, &age.table))
        })
        .collect();
    made.sort_unstable();
    // Numbers and rows must tell the same order, and one gap alone can be that of this row.
    if !made.is_sorted_by_key(|(_, row, _)| *row) {
        return None;
    }
    let behind = made.iter().position(|(_, row, _)| *row > at)?;
    let (_, _, before) = made.get(behind.checked_sub(1)?)?;
    let (_, _, after) = made.get(behind)?;
    let free = |table: &TableName| evidence.free_numbers.get(table).copied();
    let here = free(after)?;
    let numbers = count_of(usize::try_from(here).unwrap_or(usize::MAX), "number");
    if here < LEAST {
        return Some(Room::None(format!(
            "between {before} and {after}, which were made right before and after it, {numbers} of objects {}: a \
             table takes {LEAST} at least, so that none was made",
            if here == 1 { "is free" } else { "are free" }
        )));
    }
    let others: Vec<u64> = made
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(at, _)| *at != behind)
        .filter_map(|(_, it)| free(it.2))
        .collect();
    (others.len() > 1 && others.iter().all(|it| *it < LEAST)).then(|| {
        Room::OnlyHere(format!(
            "between {before} and {after}, which were made right before and after it, {numbers} of objects are free, and \
             between the other tables of that time never enough for one: what had them is gone"
        ))
    })
}

fn row_of(scene: &Scene<'_>, age: &TableAge) -> Option<usize> {
    let made_by = scene.expected.expectation.schema.tables.get(&age.table)?.provenance.created()?;
    scene.rows.iter().position(|it| it.position == Some(made_by))
}
