-- Every relation of the ledger's name ($1) in the schemas of interest ($2), and whether this role may read it.
-- NULL is the answer for one that was dropped since: reading it will tell.
SELECT n.nspname AS schema,
       COALESCE(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true) AS may_enter,
       COALESCE(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true) AS may_read
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = $1
   AND n.nspname = ANY ($2)
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
