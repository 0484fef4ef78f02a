-- Names only: anything more of TABLES makes the server open every table.
SELECT CAST(table_name AS CHAR) AS name,
       CAST(table_type AS CHAR) AS kind
  FROM information_schema.tables
 WHERE table_schema = ?
