-- MySQL's view does not name the table: table_constraints does. Names are unique within a database.
SELECT CAST('' AS CHAR) AS table_name,
       CAST(constraint_name AS CHAR) AS name,
       CAST('Table' AS CHAR) AS `level`,
       CAST(check_clause AS CHAR) AS expression
  FROM information_schema.check_constraints
 WHERE constraint_schema = ?
