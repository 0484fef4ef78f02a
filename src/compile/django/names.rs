//! The names that Django makes: of tables, of automatic many-to-many tables, of indexes and constraints.
//! Lengths are counted in characters, as Python does.

use md5::{Digest, Md5};

use super::backend::Backend;
use crate::dialect::Dialect;

/// `django.db.backends.utils.names_digest`.
pub fn names_digest<'a>(parts: impl IntoIterator<Item = &'a str>, length: usize) -> String {
    let mut hash = Md5::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    let hash = hash.finalize();
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.take(length).filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// `django.db.backends.utils.truncate_name`, with its usual hash of four digits.
pub fn truncate_name(identifier: &str, length: Option<usize>) -> String {
    const HASH: usize = 4;
    // Bytes are no fewer than characters.
    if length.is_none_or(|length| identifier.len() <= length) {
        return identifier.to_owned();
    }
    let (namespace, name) = split_identifier(identifier);
    match length {
        Some(length) if name.chars().count() > length => {
            let digest = names_digest([name], HASH);
            let name = cut(name, length - HASH);
            if namespace.is_empty() {
                format!("{name}{digest}")
            } else {
                format!("{namespace}\".\"{name}{digest}")
            }
        }
        Some(_) | None => identifier.to_owned(),
    }
}

/// `django.db.backends.utils.split_identifier`: the schema (empty when there is none) and the name of
/// something like `shop"."order`, which projects write as `db_table` to name a schema.
pub fn split_identifier(identifier: &str) -> (&str, &str) {
    if !identifier.contains('"') {
        return ("", identifier);
    }
    let mut parts = identifier.split("\".\"");
    let (namespace, name) = match (parts.next(), parts.next(), parts.next()) {
        (Some(namespace), Some(name), None) => (namespace, name),
        _ => ("", identifier),
    };
    (namespace.trim_matches('"'), name.trim_matches('"'))
}

fn cut(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

impl Backend {
    /// `DatabaseOperations.max_name_length` of each backend.
    fn max_name_length(self) -> Option<usize> {
        match self.dialect {
            Dialect::Postgres => Some(63),
            Dialect::Mysql | Dialect::Mariadb => Some(64),
            Dialect::Sqlite => None,
        }
    }

    /// The table of a model that names none: `Options.contribute_to_class`.
    pub fn table_name(self, app: &str, model: &str) -> String {
        truncate_name(&[app, "_", &model.to_lowercase()].concat(), self.max_name_length())
    }

    /// The table of an automatic many-to-many: `ManyToManyField._get_m2m_db_table`.
    pub fn many_to_many_table(self, db_table: &str, field: &str) -> String {
        let db_table = db_table.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(db_table);
        truncate_name(&[db_table, "_", field].concat(), self.max_name_length())
    }

    /// `BaseDatabaseSchemaEditor._create_index_name`.
    pub fn index_name(self, table: &str, columns: &[&str], suffix: &str) -> String {
        let (_, table) = split_identifier(table);
        let digest = names_digest(std::iter::once(table).chain(columns.iter().copied()), 8);
        let mut end = [&*digest, suffix].concat();
        let longest = self.max_name_length().unwrap_or(200);
        let columns = columns.join("_");
        let whole = [table, "_", &columns, "_", &end].concat();
        if whole.chars().count() <= longest {
            return whole;
        }
        if end.chars().count() * 3 > longest {
            end = cut(&end, longest / 3).to_owned();
        }
        let other = ((longest - end.chars().count()) / 2).saturating_sub(1);
        let name = format!("{}_{}_{end}", cut(table, other), cut(&columns, other));
        if name.starts_with(|first: char| first == '_' || first.is_ascii_digit()) {
            let shorter = name.chars().count() - 1;
            return format!("D{}", cut(&name, shorter));
        }
        name
    }

    /// `BaseDatabaseSchemaEditor._fk_constraint_name`.
    pub fn foreign_key_name(self, table: &str, column: &str, to_table: &str, to_column: &str) -> String {
        let (_, to_table) = split_identifier(to_table);
        self.index_name(table, &[column], &["_fk_", to_table, "_", to_column].concat())
    }

    /// `BaseDatabaseSchemaEditor._unique_constraint_name`: of `unique` on an altered field and of
    /// `unique_together`.
    pub fn unique_name(self, table: &str, columns: &[&str]) -> String {
        self.index_name(table, columns, "_uniq")
    }

    /// Of `Meta.index_together`.
    pub fn index_together_name(self, table: &str, columns: &[&str]) -> String {
        self.index_name(table, columns, "_idx")
    }

    /// The second index of PostgreSQL's backend, for `LIKE`:
    /// `DatabaseSchemaEditor._create_like_index_sql`.
    pub fn like_name(self, table: &str, column: &str) -> String {
        self.index_name(table, &[column], "_like")
    }
}

/// The name that PostgreSQL gives to what stands in a column's definition: `makeObjectName` of
/// src/backend/commands/indexcmds.c shortens the longer of table and column until all fits.
pub fn of_postgres(table: &str, column: &str, kind: &str) -> String {
    const LONGEST: usize = 63;
    let left = LONGEST.saturating_sub(kind.len() + 2);
    let (mut first, mut second) = (table.len(), column.len());
    while first + second > left {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let (first, second) = (table.floor_char_boundary(first), column.floor_char_boundary(second));
    format!("{}_{}_{kind}", &table[..first], &column[..second])
}

/// The two columns' field names of an automatic many-to-many table, from `model` to `target`, both as
/// their names in lower case; `to_self` is a relation of a model with itself.
/// `django.db.models.fields.related.create_many_to_many_intermediary_model`.
pub fn many_to_many_fields(model: &str, target: &str, to_self: bool) -> (String, String) {
    let (model, target) = (model.to_lowercase(), target.to_lowercase());
    // Also when two models of different apps have the same name.
    if to_self || model == target {
        (format!("from_{model}"), format!("to_{target}"))
    } else {
        (model, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backend(dialect: Dialect) -> Backend {
        Backend { dialect, django: (5, 2) }
    }

    #[test]
    fn names_are_those_that_django_makes() {
        let mut seen = 0;
        for line in include_str!("names.txt").lines().filter(|line| !line.starts_with('#')) {
            let [dialect, what, table, columns, suffix, expected] =
                line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let backend = backend(match dialect {
                "postgres" => Dialect::Postgres,
                "mysql" => Dialect::Mysql,
                "mariadb" => Dialect::Mariadb,
                _ => Dialect::Sqlite,
            });
            let name = if what == "index" {
                backend.index_name(table, &columns.split(' ').collect::<Vec<_>>(), suffix)
            } else {
                truncate_name(table, backend.max_name_length())
            };
            assert_eq!(name, expected, "{line}");
            seen += 1;
        }
        assert_eq!(seen, 64);
    }

    /// As PostgreSQL 15 gave them.
    #[test]
    fn names_of_postgres_shorten_the_longer_part() {
        let table = "people_verylonglonglonglonglonglonglonglonglonglonglongreason11";
        let name = of_postgres(table, "naïve12", "check");
        assert_eq!(name, "people_verylonglonglonglonglonglonglonglonglongl_naïve12_check");
        assert_eq!(of_postgres("auth_user", "username", "key"), "auth_user_username_key");
    }

    /// As they stand in the databases of Django's own apps.
    #[test]
    fn names_of_contrib() {
        let postgres = backend(Dialect::Postgres);
        assert_eq!(postgres.table_name("auth", "Permission"), "auth_permission");
        assert_eq!(
            postgres.many_to_many_table("auth_user", "user_permissions"),
            "auth_user_user_permissions"
        );
        assert_eq!(postgres.like_name("auth_user", "username"), "auth_user_username_6821ab7c_like");
        assert_eq!(
            postgres.unique_name("auth_permission", &["content_type_id", "codename"]),
            "auth_permission_content_type_id_codename_01ab375a_uniq"
        );
        assert_eq!(
            postgres.foreign_key_name("auth_permission", "content_type_id", "django_content_type", "id"),
            "auth_permission_content_type_id_2f476e4b_fk_django_co"
        );
        assert_eq!(many_to_many_fields("User", "Group", false), ("user".into(), "group".into()));
        assert_eq!(many_to_many_fields("node", "Node", true), ("from_node".into(), "to_node".into()));
    }
}
