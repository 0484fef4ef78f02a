//! Expressions of models (`Q`, `F`, functions) as the SQL that Django writes for them.
