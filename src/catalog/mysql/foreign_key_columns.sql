-- The columns of foreign keys; what is done on delete and update stands in another view.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(constraint_name AS CHAR) AS name,
       CAST(ordinal_position AS SIGNED) AS position,
       CAST(column_name AS CHAR) AS column_name,
       CAST(referenced_table_schema AS CHAR) AS referenced_schema,
       CAST(referenced_table_name AS CHAR) AS referenced_table,
       CAST(referenced_column_name AS CHAR) AS referenced_column
  FROM information_schema.key_column_usage
 WHERE table_schema = ?
   AND referenced_table_name IS NOT NULL
