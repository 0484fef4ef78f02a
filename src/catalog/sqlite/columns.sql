-- The columns of every ordinary table. A virtual table is asked for by itself: its module may not be there.
SELECT CAST(stored.name AS TEXT) AS table_name,
       CAST(col.name AS TEXT) AS name,
       CAST(col.type AS TEXT) AS data_type,
       CAST(col."notnull" AS INTEGER) AS not_null,
       CAST(col.dflt_value AS TEXT) AS default_value,
       CAST(col.pk AS INTEGER) AS key_position,
       CAST(col.hidden AS INTEGER) AS hidden
  FROM main.sqlite_schema AS stored
  JOIN pragma_table_xinfo(stored.name, 'main') AS col
 WHERE stored.type = 'table'
   AND lower(ltrim(substr(stored.sql, 7, 10))) NOT LIKE 'virtual%'
   AND substr(lower(stored.name), 1, 7) <> 'sqlite_'
 ORDER BY stored.name, col.cid
