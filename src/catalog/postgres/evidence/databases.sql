-- The other databases of the server that somebody may connect to.
SELECT datname::text AS name
  FROM pg_catalog.pg_database
 WHERE datallowconn
   AND NOT datistemplate
   AND datname <> pg_catalog.current_database()
 ORDER BY datname
 LIMIT 50
