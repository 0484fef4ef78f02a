-- The columns of every virtual table, without the hidden ones that are no data.
SELECT CAST(stored.name AS TEXT) AS table_name,
       CAST(col.name AS TEXT) AS name,
       CAST(col.type AS TEXT) AS data_type,
       CAST(col."notnull" AS INTEGER) AS not_null,
       CAST(col.dflt_value AS TEXT) AS default_value,
       CAST(col.pk AS INTEGER) AS key_position,
       CAST(0 AS INTEGER) AS hidden
  FROM main.sqlite_schema AS stored
  JOIN pragma_table_xinfo(stored.name, 'main') AS col
 WHERE stored.type = 'table'
   AND lower(ltrim(substr(stored.sql, 7, 10))) LIKE 'virtual%'
   AND col.hidden = 0
 ORDER BY stored.name, col.cid
