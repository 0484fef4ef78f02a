-- Defaults, as text; of an expression over columns (a generated column) only the hash of its tree, because
-- its text needs the relation to be opened. `pg_get_expr(…, 0)` opens nothing and waits for no lock.
SELECT d.adrelid AS relation,
       d.adnum   AS number,
       CASE WHEN d.adbin::text LIKE '%{VAR %' THEN NULL ELSE pg_catalog.pg_get_expr(d.adbin, 0) END AS text,
       pg_catalog.hashtextextended(d.adbin::text, 0) AS hash
  FROM pg_catalog.pg_attrdef d
 WHERE d.adrelid = ANY ($1)
