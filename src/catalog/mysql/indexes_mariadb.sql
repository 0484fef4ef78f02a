-- Direction and method make the server open each table once (EXPLAIN: Open_full_table); nothing else tells them.
-- Without CARDINALITY, which would be asked of the storage engine.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(index_name AS CHAR) AS name,
       CAST(seq_in_index AS SIGNED) AS position,
       CAST(non_unique AS SIGNED) AS non_unique,
       CAST(column_name AS CHAR) AS column_name,
       CAST(collation AS CHAR) AS direction,
       CAST(sub_part AS SIGNED) AS prefix_length,
       CAST(index_type AS CHAR) AS method,
       CAST(NULL AS CHAR) AS expression
  FROM information_schema.statistics
 WHERE table_schema = ?
