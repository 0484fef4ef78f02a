-- Names and engines only: MariaDB opens every table for anything more of TABLES.
SELECT CAST(table_name AS CHAR) AS name,
       CAST(table_type AS CHAR) AS kind,
       CAST(engine AS CHAR) AS engine
  FROM information_schema.tables
 WHERE table_schema = ?
