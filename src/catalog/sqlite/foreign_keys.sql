-- Every column of every foreign key. SQLite numbers the keys of a table from its last to its first.
SELECT CAST(stored.name AS TEXT) AS table_name,
       CAST(fk.id AS INTEGER) AS id,
       CAST(fk."table" AS TEXT) AS referenced_table,
       CAST(fk."from" AS TEXT) AS column_name,
       CAST(fk."to" AS TEXT) AS referenced_column,
       CAST(fk.on_update AS TEXT) AS on_update,
       CAST(fk.on_delete AS TEXT) AS on_delete
  FROM main.sqlite_schema AS stored
  JOIN pragma_foreign_key_list(stored.name, 'main') AS fk
 WHERE stored.type = 'table'
   AND lower(ltrim(substr(stored.sql, 7, 10))) NOT LIKE 'virtual%'
 ORDER BY stored.name, fk.id DESC, fk.seq
