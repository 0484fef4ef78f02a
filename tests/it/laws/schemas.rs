//! Schemas as migrations make them, by chance.

use std::collections::BTreeSet;
use std::sync::Arc;

use schema_health::dialect::Dialect;
use schema_health::schema::{
    Action, Check, Column, Deferrable, Exclusion, ForeignKey, Generated, Index, IndexKey, IndexPart, MadeAs,
    Name, NullsOrder, PartOptions, PrimaryKey, Provenance, Schema, Spelling, Table, TableName,
    UniqueConstraint,
};

use super::dice::Dice;
use super::words::{self, Class};

const TABLES: [&str; 6] = ["owner", "book", "order", "Mixed Case", "we\"i`r'd", "über\\$guard$"];
const COLUMNS: [&str; 10] =
    ["name", "price", "made_at", "is_active", "select", "Kind", "a b", "q\"u`o't\\e", "größe", "$guard$"];

/// A schema that `dialect` can have, as somebody would write it: not in canonical form.
pub fn a_schema(dialect: Dialect, dice: &mut Dice) -> Schema {
    let mut names = TABLES.to_vec();
    let count = 1 + dice.below(4);
    let mut tables = Vec::new();
    for number in 0..count {
        let name = names.swap_remove(dice.below(names.len()));
        tables.push(Draft::begin(dialect, name, number, dice));
    }
    let targets: Vec<Table> = tables.iter().map(|it| it.table.clone()).collect();
    let mut schema = Schema::default();
    for mut draft in tables {
        draft.add_foreign_keys(&targets, dice);
        draft.add_keys(dice);
        draft.add_checks(dice);
        draft.add_exclusion(dice);
        drop_twins(dialect, &mut draft.table);
        schema.insert(draft.table);
    }
    schema
}

/// Leaves one of those that are the same in canonical form: nobody makes them, and without a name of their
/// own they would get the same.
fn drop_twins(dialect: Dialect, table: &mut Table) {
    let mut canonical = table.clone();
    dialect.canonical_table(&mut canonical, &dialect.naming());
    let firsts = |texts: Vec<String>| {
        let mut seen = BTreeSet::new();
        texts.into_iter().map(move |text| seen.insert(text))
    };
    let mut uniques = firsts(canonical.uniques.iter().map(ToString::to_string).collect());
    let mut indexes = firsts(canonical.indexes.iter().map(ToString::to_string).collect());
    let mut checks = firsts(canonical.checks.iter().map(ToString::to_string).collect());
    table.uniques.retain(|_| uniques.next().unwrap_or_default());
    table.indexes.retain(|_| indexes.next().unwrap_or_default());
    table.checks.retain(|_| checks.next().unwrap_or_default());
}

struct Draft {
    dialect: Dialect,
    table: Table,
    /// Tells this table's constraints from those of others.
    number: usize,
    /// Names of columns by what can be done with them.
    classes: Vec<(Name, Class)>,
    named: usize,
}

impl Draft {
    fn begin(dialect: Dialect, name: &str, number: usize, dice: &mut Dice) -> Self {
        let mut draft = Self {
            dialect,
            table: Table::new(TableName::unqualified(name)),
            number,
            classes: Vec::new(),
            named: 0,
        };
        draft.add_primary_key(dice);
        let mut names = COLUMNS.to_vec();
        for _ in 0..dice.below(7) {
            let name = names.swap_remove(dice.below(names.len()));
            draft.add_column(name, dice);
        }
        draft.add_generated(dice);
        draft
    }

    fn add_primary_key(&mut self, dice: &mut Dice) {
        let mut column = Column::new("id", Spelling::uncertain(*dice.pick(words::key_types(self.dialect))));
        let mut columns = vec![Name::from("id")];
        if dice.chance(20) {
            columns.push("part".into());
            self.table.columns.push(Column::new("part", Spelling::uncertain("integer")));
        } else {
            column.auto_increment = dice.chance(60);
        }
        if self.dialect == Dialect::Postgres && column.auto_increment && dice.chance(30) {
            column = Column::new("id", Spelling::uncertain("bigserial"));
        }
        self.table.columns.insert(0, column);
        let name = dice.chance(30).then(|| Name::from(format!("pk {}", self.number)));
        let provenance = Provenance::default();
        self.table.primary_key = Some(PrimaryKey { name, columns, provenance });
    }

    fn add_column(&mut self, name: &str, dice: &mut Dice) {
        let data_type = dice.pick(words::types(self.dialect));
        let mut column = Column::new(name, Spelling::uncertain(data_type.text));
        column.nullable = dice.chance(50);
        if !data_type.defaults.is_empty() && dice.chance(40) {
            column.default = Some(Spelling::uncertain(*dice.pick(data_type.defaults)));
        }
        if data_type.class == Class::Text && !data_type.text.contains("COLLATE") && dice.chance(15) {
            column.collation = Some(Name::from(match self.dialect {
                Dialect::Postgres => "C",
                Dialect::Mysql | Dialect::Mariadb => "utf8mb4_bin",
                Dialect::Sqlite => "NOCASE",
            }));
        }
        self.classes.push((column.name.clone(), data_type.class));
        self.table.columns.push(column);
    }

    fn add_generated(&mut self, dice: &mut Dice) {
        let Some(source) = self.of_class(Class::Text, dice).filter(|_| dice.chance(20)) else { return };
        let of_source = self.table.column(&source).and_then(|it| it.data_type.text()).unwrap_or_default();
        if self.dialect != Dialect::Postgres && of_source.starts_with("char") {
            // MariaDB stores nothing that hangs on how it fills up a char (error 1901).
            return;
        }
        let text = *dice.pick(words::TEXT_EXPRESSIONS);
        let expression = self.over(text, &source);
        let stored = self.dialect == Dialect::Postgres || dice.chance(50);
        let data_type = if self.dialect == Dialect::Postgres { "text" } else { "varchar(200)" };
        let column = Column::new("computed", Spelling::uncertain(data_type)).with(|it| {
            it.nullable = true;
            it.generated = Some(Generated { expression: Spelling::uncertain(expression), stored });
        });
        self.table.columns.push(column);
    }

    fn of_class(&self, class: Class, dice: &mut Dice) -> Option<Name> {
        let names: Vec<Name> =
            self.classes.iter().filter(|it| it.1 == class).map(|it| it.0.clone()).collect();
        (!names.is_empty()).then(|| dice.pick(&names).clone())
    }

    /// The text with the column's name for `{}`.
    fn over(&self, text: &str, column: &str) -> String {
        text.replace("{}", &self.dialect.quote(column))
    }

    fn name(&mut self, kind: &str, dice: &mut Dice) -> Option<Name> {
        self.named += 1;
        dice.chance(70).then(|| Name::from(format!("{kind} {}'s \"{}", self.number, self.named)))
    }

    /// An expression that is true or false, and its column.
    fn condition(&self, dice: &mut Dice) -> Option<(Name, Spelling)> {
        let (column, text) = match self.of_class(Class::Text, dice) {
            Some(column) if dice.chance(60) => (column, *dice.pick(words::text_conditions(self.dialect))),
            Some(_) | None => (self.of_class(Class::Number, dice)?, *dice.pick(words::NUMBER_CONDITIONS)),
        };
        let text = self.over(text, &column);
        Some((column, Spelling::uncertain(text)))
    }

    fn add_foreign_keys(&mut self, targets: &[Table], dice: &mut Dice) {
        for number in 0..dice.below(3) {
            let target = dice.pick(targets);
            let Some(key) = &target.primary_key else { continue };
            let nullable = dice.chance(50);
            let mut columns = Vec::new();
            for column in &key.columns {
                let data_type = match target.column(column).and_then(|it| it.data_type.text()) {
                    Some("bigserial") | None => Spelling::uncertain("bigint"),
                    Some(text) => Spelling::uncertain(text),
                };
                let name = Name::from(format!("ref{number}_{column}"));
                columns.push(name.clone());
                self.table.columns.push(Column::new(name, data_type).with(|it| it.nullable = nullable));
            }
            let actions = if nullable {
                [Action::NoAction, Action::Cascade, Action::SetNull, Action::Restrict]
            } else {
                [Action::NoAction, Action::Cascade, Action::NoAction, Action::Restrict]
            };
            let deferrable = match self.dialect {
                Dialect::Postgres | Dialect::Sqlite => a_deferrable(dice),
                Dialect::Mysql | Dialect::Mariadb => Deferrable::No,
            };
            let name = self.name("fk", dice);
            self.table.foreign_keys.push(ForeignKey {
                name,
                columns,
                references: target.name.clone(),
                referenced_columns: key.columns.clone(),
                on_delete: *dice.pick(&actions),
                on_update: *dice.pick(&actions),
                deferrable,
                provenance: Provenance::default(),
            });
        }
    }

    fn add_keys(&mut self, dice: &mut Dice) {
        let mut taken = BTreeSet::new();
        for _ in 0..dice.below(4) {
            let unique = self.unique(dice);
            let mut columns: Vec<_> = unique.parts.iter().map(ToString::to_string).collect();
            columns.sort();
            if !unique.parts.is_empty() && taken.insert(columns) {
                self.table.uniques.push(unique);
            }
        }
        for _ in 0..dice.below(4) {
            let index = self.index(dice);
            if !index.parts.is_empty() {
                self.table.indexes.push(index);
            }
        }
    }

    /// Names of columns that an ordinary index takes as they are; a key of none of them is a primary key.
    fn plain_columns(&self) -> Vec<Name> {
        let plain = self.classes.iter().filter(|it| it.1 != Class::Large).map(|it| it.0.clone());
        plain.chain(self.table.foreign_keys.iter().flat_map(|it| it.columns.clone())).collect()
    }

    fn expression_part(&self, dice: &mut Dice) -> Option<IndexPart> {
        match self.dialect {
            Dialect::Postgres | Dialect::Sqlite | Dialect::Mysql => {}
            Dialect::Mariadb => return None,
        }
        let column = self.of_class(Class::Text, dice)?;
        let text = *dice.pick(words::TEXT_EXPRESSIONS);
        let text = self.over(text, &column);
        Some(IndexPart::expression(Spelling::uncertain(text)))
    }

    fn parts(&self, dice: &mut Dice) -> Vec<IndexPart> {
        let mut parts: Vec<_> = dice.some(&self.plain_columns()).into_iter().map(IndexPart::column).collect();
        if dice.chance(20) {
            parts.extend(self.expression_part(dice));
        }
        parts
    }

    fn include(&self, parts: &[IndexPart], dice: &mut Dice) -> Vec<Name> {
        if self.dialect != Dialect::Postgres || !dice.chance(20) {
            return Vec::new();
        }
        let mut names = dice.some(&self.plain_columns());
        names.retain(|name| !parts.iter().any(|part| part.as_column() == Some(name)));
        names
    }

    fn predicate(&self, dice: &mut Dice) -> Option<Spelling> {
        match self.dialect {
            Dialect::Postgres | Dialect::Sqlite if dice.chance(30) => Some(self.condition(dice)?.1),
            Dialect::Postgres | Dialect::Sqlite | Dialect::Mysql | Dialect::Mariadb => None,
        }
    }

    fn unique(&mut self, dice: &mut Dice) -> UniqueConstraint {
        let parts = self.parts(dice);
        let include = self.include(&parts, dice);
        let condition = self.predicate(dice);
        let is_plain = condition.is_none() && parts.iter().all(|it| it.as_column().is_some());
        let is_postgres = self.dialect == Dialect::Postgres;
        UniqueConstraint {
            name: self.name("unique", dice),
            parts,
            include,
            condition,
            nulls_not_distinct: is_postgres && dice.chance(15),
            deferrable: if is_postgres && is_plain { a_deferrable(dice) } else { Deferrable::No },
            made_as: MadeAs::default(),
            provenance: Provenance::default(),
        }
    }

    fn index(&mut self, dice: &mut Dice) -> Index {
        let name = self.name("index", dice);
        if let Some(index) = self.special_index(name.clone(), dice).filter(|_| dice.chance(30)) {
            return index;
        }
        let mut parts = self.parts(dice);
        for part in &mut parts {
            *part = self.with_options(part.clone(), dice);
        }
        let include = self.include(&parts, dice);
        let condition = self.predicate(dice);
        let method = (self.dialect != Dialect::Sqlite && dice.chance(10)).then(|| Name::from("btree"));
        Index { name, parts, include, condition, method, provenance: Provenance::default() }
    }

    fn with_options(&self, part: IndexPart, dice: &mut Dice) -> IndexPart {
        let class = match &part.key {
            IndexKey::Column(name) => self.classes.iter().find(|it| it.0 == *name).map(|it| it.1),
            IndexKey::Expression(_) => Some(Class::Text),
        };
        let column = part.as_column().and_then(|name| self.table.column(name));
        let mut options = PartOptions { descending: dice.chance(30), ..PartOptions::default() };
        let is_text = class == Some(Class::Text);
        match self.dialect {
            Dialect::Postgres => {
                options.nulls = dice.chance(20).then(|| *dice.pick(&[NullsOrder::First, NullsOrder::Last]));
                let is_varchar = column.and_then(|it| it.data_type.text()) == Some("varchar(30)");
                if is_varchar && dice.chance(30) {
                    options.operator_class = Some("varchar_pattern_ops".into());
                }
                if is_text && column.is_some_and(|it| it.collation.is_none()) && dice.chance(15) {
                    options.collation = Some("POSIX".into());
                }
            }
            Dialect::Mysql | Dialect::Mariadb => {
                let is_long = column.and_then(|it| it.data_type.text()) == Some("varchar(30)");
                options.prefix_length = (is_long && dice.chance(30)).then_some(5);
            }
            Dialect::Sqlite => {
                if is_text && column.is_some_and(|it| it.collation.is_none()) && dice.chance(15) {
                    options.collation = Some("RTRIM".into());
                }
            }
        }
        part.with_options(options)
    }

    /// An index of another method, or over a part of a large column.
    fn special_index(&self, name: Option<Name>, dice: &mut Dice) -> Option<Index> {
        let of_type = |text: &str| {
            let column = self.table.columns.iter().find(|it| it.data_type.text() == Some(text))?;
            Some(column.name.clone())
        };
        let index = |column: Name, method: Option<&str>, options: PartOptions| Index {
            name,
            method: method.map(Name::from),
            parts: vec![IndexPart::column(column).with_options(options)],
            ..Index::on_columns(Vec::<Name>::new())
        };
        let none = PartOptions::default();
        match self.dialect {
            Dialect::Postgres => match of_type("jsonb") {
                Some(column) => {
                    let operator_class = dice.chance(50).then(|| Name::from("jsonb_path_ops"));
                    Some(index(column, Some("gin"), PartOptions { operator_class, ..none }))
                }
                None => {
                    let column = self.of_class(Class::Number, dice)?;
                    Some(index(column, Some(*dice.pick(&["hash", "BRIN"])), none))
                }
            },
            Dialect::Mysql | Dialect::Mariadb => match of_type("longtext") {
                Some(column) if dice.chance(50) => Some(index(column, Some("FULLTEXT"), none)),
                Some(column) => Some(index(column, None, PartOptions { prefix_length: Some(10), ..none })),
                None => None,
            },
            Dialect::Sqlite => None,
        }
    }

    fn add_checks(&mut self, dice: &mut Dice) {
        for _ in 0..dice.below(3) {
            let Some((column, expression)) = self.condition(dice) else { return };
            let name = self.name("check", dice);
            let provenance = Provenance::default();
            self.table.checks.push(Check { name, columns: vec![column], expression, provenance });
        }
    }

    fn add_exclusion(&mut self, dice: &mut Dice) {
        if self.dialect != Dialect::Postgres || !dice.chance(25) {
            return;
        }
        let Some(column) = self.of_class(Class::Number, dice) else { return };
        let parts = vec![self.with_options(IndexPart::column(column), dice)];
        let is_hash = parts[0].options.is_none() && dice.chance(40);
        let include = if is_hash { Vec::new() } else { self.include(&parts, dice) };
        let name = self.name("exclusion", dice);
        self.table.exclusions.push(Exclusion {
            name,
            parts,
            operators: vec!["=".into()],
            include,
            condition: self.predicate(dice),
            method: is_hash.then(|| "HASH".into()),
            deferrable: a_deferrable(dice),
            provenance: Provenance::default(),
        });
    }
}

fn a_deferrable(dice: &mut Dice) -> Deferrable {
    *dice.pick(&[
        Deferrable::No,
        Deferrable::No,
        Deferrable::InitiallyImmediate,
        Deferrable::InitiallyDeferred,
    ])
}

/// The schema without some of its objects, and without what cannot be there without them.
pub fn without_some(schema: &Schema, percent: usize, dice: &mut Dice) -> Schema {
    let mut less = schema.clone();
    less.tables.retain(|_, _| !dice.chance(percent / 2));
    for table in less.tables.values_mut() {
        let table = Arc::make_mut(table);
        table.uniques.retain(|_| !dice.chance(percent));
        table.indexes.retain(|_| !dice.chance(percent));
        table.checks.retain(|_| !dice.chance(percent));
        table.exclusions.retain(|_| !dice.chance(percent));
        table.foreign_keys.retain(|_| !dice.chance(percent));
        if dice.chance(percent / 2) {
            table.primary_key = None;
            table.columns.iter_mut().for_each(|column| column.auto_increment = false);
        }
        drop_columns(table, percent, dice);
    }
    let keys = less.clone();
    for table in less.tables.values_mut() {
        Arc::make_mut(table).foreign_keys.retain(|key| {
            let target = keys.tables.get(&key.references).and_then(|it| it.primary_key.as_ref());
            target.is_some_and(|it| it.columns == key.referenced_columns)
        });
    }
    less
}

fn drop_columns(table: &mut Table, percent: usize, dice: &mut Dice) {
    let gone: Vec<Name> = (table.columns.iter())
        .filter(|column| {
            let is_key = table.primary_key.as_ref().is_some_and(|it| it.columns.contains(&column.name));
            !is_key && dice.chance(percent / 2)
        })
        .map(|column| column.name.clone())
        .collect();
    // A column that is computed goes too, for it may be computed from them.
    let goes = |column: &Column| gone.contains(&column.name) || column.generated.is_some();
    if gone.is_empty() || table.columns.iter().all(goes) {
        return;
    }
    // An expression may be about any of them.
    let keeps = |parts: &[IndexPart], include: &[Name], condition: Option<&Spelling>| {
        condition.is_none()
            && !include.iter().any(|it| gone.contains(it))
            && parts.iter().all(|part| part.as_column().is_some_and(|it| !gone.contains(it)))
    };
    table.columns.retain(|column| !goes(column));
    table.uniques.retain(|it| keeps(&it.parts, &it.include, it.condition.as_ref()));
    table.indexes.retain(|it| keeps(&it.parts, &it.include, it.condition.as_ref()));
    table.exclusions.retain(|it| keeps(&it.parts, &it.include, it.condition.as_ref()));
    table.checks.retain(|it| !it.columns.iter().any(|it| gone.contains(it)));
    table.foreign_keys.retain(|it| !it.columns.iter().any(|it| gone.contains(it)));
    if table.primary_key.as_ref().is_some_and(|it| it.columns.iter().any(|it| gone.contains(it))) {
        table.primary_key = None;
    }
}
