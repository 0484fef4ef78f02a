-- Without CARDINALITY, which would be asked of the storage engine. A functional key has an expression for a column.
SELECT CAST(table_name AS CHAR) AS table_name,
       CAST(index_name AS CHAR) AS name,
       CAST(seq_in_index AS SIGNED) AS position,
       CAST(non_unique AS SIGNED) AS non_unique,
       CAST(column_name AS CHAR) AS column_name,
       CAST(collation AS CHAR) AS direction,
       CAST(sub_part AS SIGNED) AS prefix_length,
       CAST(index_type AS CHAR) AS method,
       CAST(expression AS CHAR) AS expression
  FROM information_schema.statistics
 WHERE table_schema = ?
