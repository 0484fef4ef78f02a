//! Statements that read, change rows or set something, and when they do more.

use super::cursor::{Cursor, Unread};
use super::{Effect, Touched, copy, routine};
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};

/// Rows, unless they are those of the catalog itself.
pub(super) fn rows(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    let head = cursor.rest().iter().take(8);
    let names: Vec<_> = head.filter_map(|token| cursor.name_of(token)).collect();
    let is_catalog = |name: &str| {
        let name = name.to_ascii_lowercase();
        match cursor.dialect {
            Dialect::Postgres => name.starts_with("pg_"),
            Dialect::Mysql | Dialect::Mariadb => false,
            Dialect::Sqlite => matches!(&*name, "sqlite_master" | "sqlite_schema"),
        }
    };
    let target = names.iter().skip(1).take_while(|name| {
        !["set", "values", "select", "where", "using"].contains(&name.to_ascii_lowercase().as_str())
    });
    if target.into_iter().any(|name| is_catalog(name)) {
        return Err("it writes into the catalog".to_owned());
    }
    Ok(Effect::Nothing)
}

/// A query reads, but a function that it calls may do anything. MySQL's cannot: no statement of a function
/// commits (<https://dev.mysql.com/doc/refman/8.4/en/stored-program-restrictions.html>).
pub(super) fn read(cursor: &mut Cursor<'_, '_>, touched: &mut Touched) -> Result<Effect, Unread> {
    let tokens = cursor.rest();
    if cursor.is_mysql() {
        return Ok(Effect::Nothing);
    }
    if cursor.is("with")
        && tokens.iter().any(|it| ["insert", "update", "delete", "merge"].iter().any(|word| it.is_word(word)))
    {
        return Ok(Effect::Nothing);
    }
    let into = tokens.iter().position(|token| token.is_word("into"));
    if let (Some(into), Dialect::Postgres) = (into, cursor.dialect) {
        let whole = cursor.clone();
        cursor.take_exactly(into + 1)?;
        if cursor.take_any(&["temporary", "temp"]) {
            return Ok(Effect::Nothing);
        }
        cursor.take("unlogged");
        cursor.take("table");
        let table = cursor.table()?;
        touched.insert(table.clone());
        return copy::select_into(&whole, table).map(Effect::Steps);
    }
    match (stranger(tokens), routine::called(cursor)) {
        (None, _) => Ok(Effect::Nothing),
        (Some(_), Some(calls)) if cursor.dialect == Dialect::Postgres => Ok(Effect::Steps(vec![calls])),
        (Some(function), _) => Err(format!("what {function}() does is not known")),
    }
}

/// The first function that is called and not known to change nothing.
pub(super) fn stranger(tokens: &[Token<'_>]) -> Option<String> {
    strangers(tokens).first().map(|at| tokens[*at].identifier().to_ascii_lowercase())
}

/// Where the names of all of them stand.
pub(super) fn strangers(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut found = Vec::new();
    let calls = tokens.windows(2).enumerate().filter(|(_, two)| {
        matches!(two[0].kind, TokenKind::Word | TokenKind::Quoted) && two[1].is_symbol("(")
    });
    for (position, call) in calls {
        let name = call[0].identifier().to_ascii_lowercase();
        let before = |back: usize| position.checked_sub(back).and_then(|it| tokens.get(it));
        let qualified = before(1).is_some_and(|it| it.is_symbol("."));
        let of_catalog = qualified && before(2).is_some_and(|it| it.is_word("pg_catalog"));
        // The name of a relation or a type with its columns or length.
        let is_relation = before(1).is_some_and(|it| {
            it.is_word("as")
                || it.is_word("with")
                || it.is_word("recursive")
                || it.is_symbol("::")
                || it.is_symbol(")")
        });
        let known = !qualified && HARMLESS.contains(&name.as_str());
        if !(known || of_catalog || is_relation) {
            found.push(position);
        }
    }
    found
}

/// Functions, and words before a bracket, that change no schema.
const HARMLESS: &[&str] = &[
    "using",
    "values",
    "row",
    "interval",
    "abs",
    "age",
    "all",
    "and",
    "any",
    "array",
    "array_agg",
    "array_append",
    "array_cat",
    "array_length",
    "array_position",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_to_string",
    "array_upper",
    "as",
    "ascii",
    "avg",
    "between",
    "bit_and",
    "bit_or",
    "bool_and",
    "bool_or",
    "btrim",
    "by",
    "cardinality",
    "case",
    "cast",
    "ceil",
    "ceiling",
    "char",
    "char_length",
    "chr",
    "clock_timestamp",
    "coalesce",
    "col_description",
    "concat",
    "concat_ws",
    "count",
    "current_database",
    "current_schema",
    "current_schemas",
    "current_setting",
    "currval",
    "date",
    "date_add",
    "date_format",
    "date_part",
    "date_sub",
    "date_trunc",
    "datediff",
    "datetime",
    "decimal",
    "decode",
    "dense_rank",
    "digest",
    "distinct",
    "else",
    "encode",
    "every",
    "exists",
    "exp",
    "extract",
    "filter",
    "first_value",
    "floor",
    "format",
    "format_type",
    "from",
    "from_unixtime",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "group_concat",
    "has_schema_privilege",
    "has_table_privilege",
    "hashtext",
    "having",
    "hex",
    "ifnull",
    "in",
    "initcap",
    "instr",
    "join",
    "json_agg",
    "json_array",
    "json_array_elements",
    "json_array_length",
    "json_arrayagg",
    "json_build_array",
    "json_build_object",
    "json_each",
    "json_extract",
    "json_object",
    "json_object_agg",
    "json_object_keys",
    "json_objectagg",
    "json_set",
    "json_unquote",
    "jsonb_agg",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_object",
    "jsonb_object_agg",
    "jsonb_object_keys",
    "jsonb_set",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "julianday",
    "lag",
    "last_insert_id",
    "last_value",
    "lastval",
    "lead",
    "least",
    "left",
    "length",
    "like",
    "limit",
    "ln",
    "localtime",
    "localtimestamp",
    "locate",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "max",
    "md5",
    "min",
    "mod",
    "nextval",
    "not",
    "now",
    "ntile",
    "nullif",
    "numeric",
    "obj_description",
    "on",
    "or",
    "over",
    "overlay",
    "partition",
    "percentile_cont",
    "percentile_disc",
    "pg_advisory_lock",
    "pg_advisory_unlock",
    "pg_advisory_xact_lock",
    "pg_backend_pid",
    "pg_database_size",
    "pg_get_constraintdef",
    "pg_get_indexdef",
    "pg_get_serial_sequence",
    "pg_get_viewdef",
    "pg_notify",
    "pg_relation_size",
    "pg_size_pretty",
    "pg_sleep",
    "pg_table_is_visible",
    "pg_total_relation_size",
    "pg_try_advisory_lock",
    "pg_typeof",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "random",
    "rank",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "row_to_json",
    "rpad",
    "rtrim",
    "select",
    "set_config",
    "setval",
    "sha1",
    "sha2",
    "sign",
    "similarity",
    "split_part",
    "sqrt",
    "st_area",
    "st_asgeojson",
    "st_astext",
    "st_buffer",
    "st_centroid",
    "st_collect",
    "st_contains",
    "st_distance",
    "st_dump",
    "st_dwithin",
    "st_envelope",
    "st_extent",
    "st_force2d",
    "st_force3d",
    "st_geogfromtext",
    "st_geometrytype",
    "st_geomfromgeojson",
    "st_geomfromtext",
    "st_intersection",
    "st_intersects",
    "st_isempty",
    "st_isvalid",
    "st_length",
    "st_makeenvelope",
    "st_makepoint",
    "st_makevalid",
    "st_multi",
    "st_npoints",
    "st_point",
    "st_setsrid",
    "st_simplify",
    "st_srid",
    "st_transform",
    "st_union",
    "st_within",
    "st_x",
    "st_y",
    "starts_with",
    "stddev",
    "strftime",
    "string_agg",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "sum",
    "then",
    "timestampdiff",
    "to_char",
    "to_date",
    "to_hex",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_regtype",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "translate",
    "trim",
    "trunc",
    "txid_current",
    "unaccent",
    "unhex",
    "unix_timestamp",
    "unnest",
    "upper",
    "utc_timestamp",
    "uuid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "varchar",
    "variance",
    "version",
    "where",
    "within",
];

/// A setting of the session.
pub(super) fn set(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    let text = cursor.text().to_ascii_lowercase();
    // Both change how the very next text is to be read.
    let changes_quoting = match cursor.dialect {
        Dialect::Postgres => text.contains("standard_conforming_strings") && text.ends_with("off"),
        Dialect::Mysql | Dialect::Mariadb => {
            text.contains("sql_mode")
                && ["ansi", "no_backslash_escapes", "oracle", "mssql", "db2", "postgresql"]
                    .iter()
                    .any(|it| text.contains(it))
        }
        Dialect::Sqlite => false,
    };
    if changes_quoting { Err("it changes how texts are quoted".to_owned()) } else { Ok(Effect::Nothing) }
}

pub(super) fn pragma(cursor: &Cursor<'_, '_>) -> Result<Effect, Unread> {
    if cursor.text().to_ascii_lowercase().contains("writable_schema") {
        return Err("it lets the catalog be written".to_owned());
    }
    Ok(Effect::Nothing)
}
