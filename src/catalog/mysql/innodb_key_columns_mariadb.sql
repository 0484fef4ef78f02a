-- The columns of the foreign keys of one database, by the id of the key.
SELECT CAST(id AS CHAR) AS id,
       CAST(pos AS SIGNED) AS position,
       CAST(for_col_name AS CHAR) AS column_name,
       CAST(ref_col_name AS CHAR) AS referenced_column
  FROM information_schema.innodb_sys_foreign_cols
 WHERE LEFT(id, CHAR_LENGTH(?) + 1) = CONCAT(?, '/')
