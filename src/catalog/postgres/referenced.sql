-- The columns of tables beyond the audited schemas ($1: oids) that foreign keys refer to.
SELECT a.attrelid AS relation,
       n.nspname  AS schema,
       c.relname  AS table_name,
       a.attnum   AS number,
       a.attname  AS name
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
 WHERE c.oid = ANY ($1)
   AND a.attnum > 0
   AND NOT a.attisdropped
