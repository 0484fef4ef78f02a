-- When the files of standing tables ($2) of the audited schema ($1) were last written, in microseconds since 1970. Asks the
-- file system and opens no table; only superusers and pg_read_server_files may.
SELECT c.relname::text AS name,
       (EXTRACT(EPOCH FROM (pg_catalog.pg_stat_file(pg_catalog.pg_relation_filepath(c.oid), true)).modification)
        * 1000000)::bigint AS touched_at
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relname = ANY ($2::name[])
   AND n.nspname = $1
   AND c.relkind = 'r'
 ORDER BY c.oid
 LIMIT 50
