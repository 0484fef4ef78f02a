-- Of how many oids between each standing table ($2) of the audited schema ($1) and the standing one before it no object
-- of this database is known. A table that was made between them and dropped since has left some; what other databases of
-- the server made, and what was temporary, has too.
WITH standing AS (
  SELECT c.oid::bigint AS number, c.relname::text AS name,
         pg_catalog.lag(c.oid::bigint) OVER (ORDER BY c.oid) AS before
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relname = ANY ($2::name[])
     AND n.nspname = $1
     AND c.relkind IN ('r', 'p')
), taken AS (
            SELECT oid::bigint AS number FROM pg_catalog.pg_class
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_type
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_constraint
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_attrdef
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_trigger
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_rewrite
  UNION ALL SELECT oid::bigint FROM pg_catalog.pg_proc
)
SELECT s.name, s.number - s.before - 1 - pg_catalog.count(t.number) AS free
  FROM standing s
  LEFT JOIN taken t ON t.number > s.before AND t.number < s.number
 WHERE s.before IS NOT NULL
 GROUP BY s.name, s.number, s.before
