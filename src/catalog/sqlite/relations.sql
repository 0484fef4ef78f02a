-- Tables and views of the main database, each with its CREATE text. The "shadow" tables behind a virtual
-- table, and SQLite's own, are left out.
SELECT CAST(list.name AS TEXT) AS name,
       CAST(list.type AS TEXT) AS kind,
       CAST(stored.sql AS TEXT) AS sql
  FROM pragma_table_list AS list
  JOIN main.sqlite_schema AS stored ON stored.name = list.name AND stored.type IN ('table', 'view')
 WHERE list.schema = 'main'
   AND list.type <> 'shadow'
   AND substr(lower(list.name), 1, 7) <> 'sqlite_'
 ORDER BY list.name
