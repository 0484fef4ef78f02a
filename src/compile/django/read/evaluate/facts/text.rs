//! Texts in the code of a function: words, and what reads like SQL.

pub fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

pub fn reads_like_sql(text: &str) -> bool {
    let mut words = text.split_whitespace().map(str::to_uppercase);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match &*first {
        "CREATE" | "ALTER" | "DROP" | "TRUNCATE" | "RENAME" | "COMMENT" => {
            let objects = [
                "TABLE",
                "INDEX",
                "UNIQUE",
                "VIEW",
                "MATERIALIZED",
                "EXTENSION",
                "TRIGGER",
                "FUNCTION",
                "TYPE",
                "SEQUENCE",
                "SCHEMA",
                "OR",
                "TEMPORARY",
                "TEMP",
                "CONSTRAINT",
                "DOMAIN",
                "COLLATION",
                "POLICY",
                "FULLTEXT",
                "ON",
                "DATABASE",
                "PROCEDURE",
                "STATISTICS",
                "AGGREGATE",
                "RULE",
                "ROLE",
                "IF",
                "COLUMN",
            ];
            objects.contains(&second.as_str())
        }
        "INSERT" => second == "INTO" || second == "IGNORE",
        "DELETE" => second == "FROM",
        "UPDATE" | "SELECT" | "WITH" | "SET" | "LOCK" | "PRAGMA" | "VACUUM" | "REINDEX" | "CLUSTER" => {
            text.split_whitespace().count() > 1
        }
        "DO" => second.starts_with('$') || second == "LANGUAGE",
        _ => false,
    }
}

/// Of what reads like SQL: whether it defines something, and is no sentence of a message.
pub fn is_definition(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_one_case = first.chars().all(|it| it.is_uppercase()) || first.chars().all(|it| it.is_lowercase());
    let defines = ["CREATE", "ALTER", "DROP", "RENAME"].iter().any(|it| first.eq_ignore_ascii_case(it));
    defines && is_one_case && text.split_whitespace().count() > 2
}
