-- MariaDB hides it from a role that has SELECT and nothing else.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(constraint_name AS CHAR) AS name,
       CAST(delete_rule AS CHAR) AS on_delete,
       CAST(update_rule AS CHAR) AS on_update
  FROM information_schema.referential_constraints
 WHERE constraint_schema = ?
