-- The engine of a table whose rows no rollback takes back; no row for all others.
SELECT CAST(t.engine AS CHAR) AS engine
  FROM information_schema.tables t
  LEFT JOIN information_schema.engines e ON e.engine = t.engine
 WHERE t.table_schema = ?
   AND t.table_name = ?
   AND t.table_type = 'BASE TABLE'
   AND COALESCE(e.transactions, 'NO') <> 'YES'
