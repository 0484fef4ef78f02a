//! Objects described in a line for a person, close to SQL.

use std::fmt::{self, Display, Write};

use super::*;

/// `1 migration`, `3 migrations`, `2 indexes`: as many of what `one` names, whose last word takes a plural by the rule.
pub fn count_of(number: usize, one: &str) -> String {
    let end = match (number, one.ends_with('x')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {one}{end}")
}

/// The verb that goes with so many.
pub fn agree<'a>(number: usize, one: &'a str, more: &'a str) -> &'a str {
    if number == 1 { one } else { more }
}

impl Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.data_type)?;
        f.write_str(if self.nullable { " NULL" } else { " NOT NULL" })?;
        if self.auto_increment {
            f.write_str(" AUTO INCREMENT")?;
        }
        if let Some(collation) = &self.collation {
            write!(f, " COLLATE {collation}")?;
        }
        if let Some(default) = &self.default {
            write!(f, " DEFAULT {default}")?;
        }
        if let Some(generated) = &self.generated {
            write!(
                f,
                " GENERATED AS ({}){}",
                generated.expression,
                if generated.stored { " STORED" } else { "" }
            )?;
        }
        Ok(())
    }
}

impl Display for PrimaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PRIMARY KEY ({})", self.columns.join(", "))
    }
}

impl Display for UniqueConstraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UNIQUE ")?;
        if self.nulls_not_distinct {
            f.write_str("NULLS NOT DISTINCT ")?;
        }
        write!(f, "({})", list(&self.parts))?;
        write_tail(f, &self.include, self.condition.as_ref())?;
        write_deferrable(f, self.deferrable)
    }
}

impl Display for ForeignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FOREIGN KEY ({}) REFERENCES {}", self.columns.join(", "), self.references)?;
        if !self.referenced_columns.is_empty() {
            write!(f, " ({})", self.referenced_columns.join(", "))?;
        }
        for (event, action) in [("DELETE", self.on_delete), ("UPDATE", self.on_update)] {
            if action != Action::NoAction {
                write!(f, " ON {event} {action}")?;
            }
        }
        write_deferrable(f, self.deferrable)
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        })
    }
}

impl Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CHECK ({})", self.expression)
    }
}

impl Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("INDEX ")?;
        if let Some(method) = &self.method {
            write!(f, "USING {method} ")?;
        }
        write!(f, "({})", list(&self.parts))?;
        write_tail(f, &self.include, self.condition.as_ref())
    }
}

impl Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EXCLUDE ")?;
        if let Some(method) = &self.method {
            write!(f, "USING {method} ")?;
        }
        let parts = self.parts.iter().zip(&self.operators);
        let parts: Vec<_> = parts.map(|(part, operator)| format!("{part} WITH {operator}")).collect();
        write!(f, "({})", parts.join(", "))?;
        write_tail(f, &self.include, self.condition.as_ref())?;
        write_deferrable(f, self.deferrable)
    }
}

impl Table {
    /// `table with 3 columns: id, name, owner_id`.
    pub fn describe(&self) -> String {
        const SHOWN: usize = 12;
        let mut text = format!("{} with {}: ", self.kind, count_of(self.columns.len(), "column"));
        for (number, column) in self.columns.iter().take(SHOWN).enumerate() {
            let separator = if number > 0 { ", " } else { "" };
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{}", column.name);
        }
        if self.columns.len() > SHOWN {
            text.push_str(", …");
        }
        text
    }
}

fn list(parts: &[IndexPart]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn write_tail(f: &mut fmt::Formatter<'_>, include: &[Name], condition: Option<&Spelling>) -> fmt::Result {
    if !include.is_empty() {
        write!(f, " INCLUDE ({})", include.join(", "))?;
    }
    condition.map_or(Ok(()), |condition| write!(f, " WHERE {condition}"))
}

fn write_deferrable(f: &mut fmt::Formatter<'_>, deferrable: Deferrable) -> fmt::Result {
    match deferrable {
        Deferrable::No => Ok(()),
        Deferrable::InitiallyImmediate => f.write_str(" DEFERRABLE"),
        Deferrable::InitiallyDeferred => f.write_str(" DEFERRABLE INITIALLY DEFERRED"),
    }
}
