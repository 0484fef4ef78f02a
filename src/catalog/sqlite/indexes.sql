-- Every key of every index. origin: c by CREATE INDEX, u by a UNIQUE constraint, pk by the primary key.
-- cid is -2 for an expression, whose text stands in the CREATE text only.
SELECT CAST(stored.name AS TEXT) AS table_name,
       CAST(list.name AS TEXT) AS name,
       CAST(list."unique" AS INTEGER) AS is_unique,
       CAST(list.origin AS TEXT) AS origin,
       CAST(list.partial AS INTEGER) AS is_partial,
       CAST(made.sql AS TEXT) AS sql,
       CAST(part.name AS TEXT) AS column_name,
       CAST(part.cid AS INTEGER) AS column_number,
       CAST(part."desc" AS INTEGER) AS descending,
       CAST(part.coll AS TEXT) AS collation
  FROM main.sqlite_schema AS stored
  JOIN pragma_index_list(stored.name, 'main') AS list
  JOIN pragma_index_xinfo(list.name, 'main') AS part
  LEFT JOIN main.sqlite_schema AS made ON made.type = 'index' AND made.name = list.name
 WHERE stored.type = 'table'
   AND lower(ltrim(substr(stored.sql, 7, 10))) NOT LIKE 'virtual%'
   AND list.origin <> 'pk'
   AND part."key" = 1
 ORDER BY stored.name, list.seq DESC, part.seqno
