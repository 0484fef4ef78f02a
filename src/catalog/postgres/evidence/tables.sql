-- The marks of the making of standing tables ($2) of the audited schema ($1). The row of the table's type is
-- written once, with the table; of its columns, those that were dropped keep their places for ever. That it had triggers,
-- as each foreign key makes them on both of its tables, is kept until the next VACUUM of the table.
SELECT c.relname::text                                                                  AS name,
       c.oid::bigint                                                                    AS serial,
       CASE WHEN pg_catalog.current_setting('track_commit_timestamp')::boolean
            THEN (EXTRACT(EPOCH FROM pg_catalog.pg_xact_commit_timestamp(t.xmin)) * 1000000)::bigint
       END                                                                              AS made_at,
       (SELECT pg_catalog.count(*)
          FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attisdropped)                  AS dropped_columns,
       c.relhastriggers AND NOT EXISTS (SELECT 1
                                          FROM pg_catalog.pg_trigger g
                                         WHERE g.tgrelid = c.oid)                       AS lost_triggers
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_type t ON t.oid = c.reltype
 WHERE c.relname = ANY ($2::name[])
   AND n.nspname = $1
   AND c.relkind IN ('r', 'p')
