-- MariaDB's view names the table. A check that was written with its column bears the column's name.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(constraint_name AS CHAR) AS name,
       CAST(`level` AS CHAR) AS `level`,
       CAST(check_clause AS CHAR) AS expression
  FROM information_schema.check_constraints
 WHERE constraint_schema = ?
