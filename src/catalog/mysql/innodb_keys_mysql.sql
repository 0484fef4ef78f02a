-- The foreign keys of one database out of InnoDB's own dictionary: no table is opened. Needs PROCESS.
-- TYPE is a sum: 1 and 2 are DELETE CASCADE and SET NULL, 4 and 8 UPDATE CASCADE and SET NULL.
SELECT CAST(id AS CHAR) AS id,
       CAST(for_name AS CHAR) AS table_name,
       CAST(ref_name AS CHAR) AS referenced_table,
       CAST(`type` AS SIGNED) AS rules
  FROM information_schema.innodb_foreign
 WHERE LEFT(for_name, CHAR_LENGTH(?) + 1) = CONCAT(?, '/')
