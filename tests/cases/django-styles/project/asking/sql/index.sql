CREATE INDEX by_template ON {table} ({columns});
