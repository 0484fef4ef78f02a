-- Every relation of the ledger's name ($1) in the schemas of interest ($2), and whether this role may read it,
-- if only some columns, and all of its rows. The server says NULL for one that was dropped since the snapshot: then
-- reading it fails, and a new snapshot is taken.
SELECT n.nspname AS schema,
       COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true)      AS may_enter,
       COALESCE(pg_catalog.has_any_column_privilege(c.oid, 'SELECT'), true) AS may_read,
       COALESCE(pg_catalog.row_security_active(c.oid), false)               AS hides_rows
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = $1
   AND n.nspname = ANY ($2)
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
