-- Without CARDINALITY, for which the server would open every table.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(index_name AS CHAR) AS name,
       CAST(non_unique AS SIGNED) AS non_unique,
       CAST(column_name AS CHAR) AS column_name,
       CAST(collation AS CHAR) AS direction,
       CAST(sub_part AS SIGNED) AS prefix_length,
       CAST(index_type AS CHAR) AS method,
       CAST(NULL AS CHAR) AS expression
  FROM information_schema.statistics
 WHERE table_schema = ?
 ORDER BY table_name, index_name, seq_in_index
