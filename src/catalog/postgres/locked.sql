-- Relations that somebody holds, or waits to hold, in a way that opening them would wait for.
SELECT DISTINCT l.relation AS relation
  FROM pg_catalog.pg_locks l
 WHERE l.locktype = 'relation'
   AND l.mode = 'AccessExclusiveLock'
   AND l.pid <> pg_catalog.pg_backend_pid()
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
