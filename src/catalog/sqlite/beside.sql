-- What goes with a table when it is dropped: its indexes (but for those that a constraint makes) and triggers.
SELECT CAST(stored.tbl_name AS TEXT) AS table_name,
       CAST(stored.sql AS TEXT)      AS sql
  FROM main.sqlite_schema AS stored
 WHERE stored.type IN ('index', 'trigger')
   AND stored.sql IS NOT NULL
 ORDER BY stored.rowid
