//! What a piece of SQL does to a schema, as far as it can be seen.
