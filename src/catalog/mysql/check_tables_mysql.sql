-- The table of each check that is enforced.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(constraint_name AS CHAR) AS name
  FROM information_schema.table_constraints
 WHERE constraint_schema = ?
   AND constraint_type = 'CHECK'
   AND enforced = 'YES'
