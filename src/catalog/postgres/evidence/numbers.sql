-- Of how many oids between each standing table ($2) of the audited schema ($1) and the standing one before it no object
-- of this database is known. A table that was made between them and dropped since has left some; what other databases of
-- the server made, and what was temporary, has too. Sorted once: joined by ranges, 10,000 tables take minutes.
WITH standing AS (
  SELECT c.oid, c.relname::text AS name
    FROM pg_catalog.unnest($2::name[]) AS wanted (name)
    JOIN pg_catalog.pg_class c ON c.relname = wanted.name
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = $1
     AND c.relkind IN ('r', 'p')
), taken AS (
            SELECT c.oid::bigint AS number, s.name
              FROM pg_catalog.pg_class c
              LEFT JOIN standing s ON s.oid = c.oid
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_type
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_constraint
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_attrdef
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_trigger
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_rewrite
  UNION ALL SELECT oid::bigint, NULL FROM pg_catalog.pg_proc
), counted AS (
  SELECT name, number,
         pg_catalog.rank() OVER by_number - 1 AS below,
         pg_catalog.count(*) OVER by_number AS up_to
    FROM taken
  WINDOW by_number AS (ORDER BY number)
), neighbours AS (
  SELECT name, number, below,
         pg_catalog.lag(number) OVER (ORDER BY number) AS number_before,
         pg_catalog.lag(up_to) OVER (ORDER BY number) AS up_to_before
    FROM counted
   WHERE name IS NOT NULL
)
SELECT name, number - number_before - 1 - (below - up_to_before) AS free
  FROM neighbours
 WHERE number_before IS NOT NULL
