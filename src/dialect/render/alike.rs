//! Queries that tell whether an addition is still to be made, by what the object is and not by its name: tools give
//! names of their own, and one database has them otherwise than the next.

use super::Dialect;
use crate::schema::{Change, Check, Deferrable, ForeignKey, IndexPart, Name, Table, TableName};

impl Dialect {
    /// A query that has a row where fewer of what is alike are there than `expected` has; `None` where likeness cannot
    /// be asked for in SQL, and the name alone tells. `actual` is the table as it was when the plan was made.
    pub fn still_missing(self, change: &Change, expected: &Table, actual: Option<&Table>) -> Option<String> {
        if let Change::AddForeignKey { table, foreign_key } = change {
            let is_alike = |it: &&ForeignKey| {
                it.columns == foreign_key.columns && it.references == foreign_key.references
            };
            let count = expected.foreign_keys.iter().filter(is_alike).count();
            return Some(fewer_than(count, &self.keys_alike(table, foreign_key)?));
        }
        if let Change::AddUnique { table, unique } = change {
            let is_plain = unique.condition.is_none()
                && unique.include.is_empty()
                && !unique.nulls_not_distinct
                && unique.deferrable == Deferrable::No;
            let columns = plain(&unique.parts).filter(|_| is_plain)?;
            let count = expected
                .uniques
                .iter()
                .filter(|it| it.condition.is_none() && it.parts == unique.parts)
                .count();
            return Some(fewer_than(count, &self.indexes_alike(table, true, &columns)?));
        }
        if let Change::AddIndex { table, index } = change {
            let is_plain = index.condition.is_none()
                && index.include.is_empty()
                && index.method.as_ref().is_none_or(|it| it.eq_ignore_ascii_case("btree"));
            let columns = plain(&index.parts).filter(|_| is_plain)?;
            // One that MySQL made for a key gives way to ours, and is not it.
            let is_of_key = |key: &ForeignKey| key.columns.iter().eq(columns.iter().map(|(name, _)| name));
            if self != Self::Postgres && expected.foreign_keys.iter().any(is_of_key) {
                return None;
            }
            let count = expected
                .indexes
                .iter()
                .filter(|it| it.condition.is_none() && it.parts == index.parts)
                .count();
            return Some(fewer_than(count, &self.indexes_alike(table, false, &columns)?));
        }
        if let Change::AddPrimaryKey { table, .. } = change
            && self == Self::Postgres
        {
            let keys = "SELECT FROM pg_catalog.pg_constraint WHERE contype = 'p' AND conrelid";
            return Some(format!("SELECT 1 WHERE NOT EXISTS ({keys} = {})", self.relation(table)));
        }
        if let Change::AddCheck { table, check } = change
            && check.name.is_none()
            && self == Self::Postgres
        {
            return Some(self.no_check_alike(table, check, expected, actual));
        }
        None
    }

    fn keys_alike(self, table: &TableName, key: &ForeignKey) -> Option<String> {
        match self {
            Self::Postgres => Some(format!(
                "SELECT c.oid FROM pg_catalog.pg_constraint c\n     WHERE c.contype = 'f' AND c.convalidated\n       \
                 AND c.conrelid = {} AND c.confrelid = {}\n       AND {} = {}",
                self.relation(table),
                self.relation(&key.references),
                names_of("c.conkey", "c.conrelid", "k.place"),
                self.array(&key.columns)
            )),
            Self::Mysql | Self::Mariadb => Some(format!(
                "SELECT CONSTRAINT_NAME FROM information_schema.KEY_COLUMN_USAGE\n     WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} \
                 AND REFERENCED_TABLE_NAME = {}\n     GROUP BY CONSTRAINT_NAME\n    HAVING \
                 GROUP_CONCAT(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR '\n') = {}",
                self.schema_of(table),
                self.quote_literal(&table.name),
                self.quote_literal(&key.references.name),
                self.lines(&key.columns)
            )),
            // Asked for by the table's pragmas, where a rebuild is planned.
            Self::Sqlite => None,
        }
    }

    /// Whole indexes over just these columns, in the dialect's usual order.
    fn indexes_alike(
        self,
        table: &TableName,
        is_unique: bool,
        columns: &[(Name, Option<Name>)],
    ) -> Option<String> {
        let names: Vec<Name> = columns.iter().map(|(name, _)| name.clone()).collect();
        match self {
            Self::Postgres => {
                let classes: Vec<String> = columns
                    .iter()
                    .map(|(_, class)| class.as_ref().map_or("''".to_owned(), |it| self.quote_literal(it)))
                    .collect();
                Some(format!(
                    "SELECT i.indexrelid FROM pg_catalog.pg_index i\n      JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid\n      \
                     JOIN pg_catalog.pg_am a ON a.oid = r.relam\n     WHERE i.indrelid = {} AND {}i.indisunique\n       \
                     AND i.indisvalid AND i.indimmediate AND NOT i.indisprimary\n       \
                     AND i.indpred IS NULL AND i.indexprs IS NULL AND a.amname = 'btree'\n       \
                     AND i.indnatts = i.indnkeyatts AND 0 = ALL (i.indoption::pg_catalog.int2[])\n       AND {} = {}\n       AND \
                     (SELECT pg_catalog.array_agg(CASE WHEN o.opcdefault THEN '' ELSE o.opcname::text END ORDER BY k.place)\n              \
                     FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS k (class, place)\n              \
                     JOIN pg_catalog.pg_opclass o ON o.oid = k.class) = ARRAY[{}]",
                    self.relation(table),
                    if is_unique { "" } else { "NOT " },
                    names_of("i.indkey::pg_catalog.int2[]", "i.indrelid", "k.place"),
                    self.array(&names),
                    classes.join(", ")
                ))
            }
            Self::Mysql | Self::Mariadb => columns.iter().all(|(_, class)| class.is_none()).then(|| {
                format!(
                    "SELECT INDEX_NAME FROM information_schema.STATISTICS\n     WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {} AND \
                     INDEX_NAME <> 'PRIMARY'\n     GROUP BY INDEX_NAME\n    HAVING MAX(NON_UNIQUE) = {} AND MAX(INDEX_TYPE) = 'BTREE'\n       AND \
                     MAX(SUB_PART) IS NULL AND COUNT(COLUMN_NAME) = COUNT(*) AND MAX(COLLATION) = 'A'\n       AND \
                     GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR '\n') = {}",
                    self.schema_of(table),
                    self.quote_literal(&table.name),
                    u8::from(!is_unique),
                    self.lines(&names)
                )
            }),
            Self::Sqlite => None,
        }
    }

    /// A check without a name of its own is known by its columns: one over them that the manifest does not name, and that
    /// was not seen when the plan was made, is it.
    fn no_check_alike(
        self,
        table: &TableName,
        check: &Check,
        expected: &Table,
        actual: Option<&Table>,
    ) -> String {
        let mut columns = check.columns.clone();
        columns.sort();
        let named = expected.checks.iter().chain(actual.into_iter().flat_map(|it| &it.checks));
        let others: Vec<String> =
            named.filter_map(|it| it.name.as_ref()).map(|it| self.quote_literal(it)).collect();
        format!(
            "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.contype = 'c' AND c.convalidated AND \
             c.conrelid = {} AND c.conname <> ALL (ARRAY[{}]::text[]) AND {} = {})",
            self.relation(table),
            others.join(", "),
            names_of("c.conkey", "c.conrelid", "1"),
            self.array(&columns)
        )
    }

    fn relation(self, table: &TableName) -> String {
        format!("pg_catalog.to_regclass({})", self.quote_literal(&self.table(table)))
    }

    fn array(self, names: &[Name]) -> String {
        let names: Vec<String> = names.iter().map(|it| self.quote_literal(it)).collect();
        format!("ARRAY[{}]", names.join(", "))
    }

    fn lines(self, names: &[Name]) -> String {
        self.quote_literal(&names.iter().map(|it| &**it).collect::<Vec<_>>().join("\n"))
    }
}

fn fewer_than(count: usize, alike: &str) -> String {
    format!(
        "SELECT 1 FROM (SELECT COUNT(*) AS there FROM (\n    {alike}) AS alike) AS counted WHERE there < {}",
        count.max(1)
    )
}

/// The names of these columns of a table, in the order of their places or (`1`) by name.
fn names_of(numbers: &str, table: &str, order: &str) -> String {
    let order = if order == "1" { "a.attname::text" } else { order };
    format!(
        "(SELECT pg_catalog.array_agg(a.attname::text ORDER BY {order})\n              \
         FROM pg_catalog.unnest({numbers}) WITH ORDINALITY AS k (number, place)\n              \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = {table} AND a.attnum = k.number)"
    )
}

/// The columns with the operator class that each names, where a part says nothing else.
fn plain(parts: &[IndexPart]) -> Option<Vec<(Name, Option<Name>)>> {
    let one = |part: &IndexPart| {
        let name = part.as_column()?.clone();
        let Some(options) = &part.options else { return Some((name, None)) };
        let says_more = options.descending
            || options.nulls.is_some()
            || options.collation.is_some()
            || options.prefix_length.is_some();
        (!says_more).then(|| (name, options.operator_class.clone()))
    };
    parts.iter().map(one).collect()
}
