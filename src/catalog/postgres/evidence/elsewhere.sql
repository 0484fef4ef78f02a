-- In which other schemas than the audited one ($1) tables of the missing names ($2) or a ledger ($4) stand, and how
-- many of the names that stand in the audited schema ($3) stand there too. By pg_class' index on (relname, relnamespace).
SELECT n.nspname::text                                                                AS schema,
       COALESCE(pg_catalog.array_agg(c.relname::text ORDER BY c.relname)
                FILTER (WHERE c.relname::text = ANY ($2)), '{}')                       AS tables,
       pg_catalog.count(*) FILTER (WHERE c.relname::text = ANY ($3))                   AS standing_too,
       pg_catalog.bool_or(c.relname::text = $4)                                        AS has_ledger
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = ANY ((($2::text[] || $3::text[]) || $4::text)::name[])
   AND c.relkind IN ('r', 'p')
   AND n.nspname <> $1
   AND n.nspname NOT LIKE 'pg\_%'
   AND n.nspname <> 'information_schema'
 GROUP BY n.nspname
HAVING pg_catalog.count(*) FILTER (WHERE c.relname::text = ANY ($2)) > 0
 ORDER BY pg_catalog.count(*) FILTER (WHERE c.relname::text = ANY ($2)) DESC, n.nspname
 LIMIT 20
