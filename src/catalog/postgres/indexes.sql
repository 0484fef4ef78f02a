-- Indexes, raw. An INVALID one is read too and left out on our side, with a remark.
-- Before PostgreSQL 15, i.indnullsnotdistinct is `false`.
SELECT i.indexrelid  AS oid,
       i.indrelid    AS relation,
       c.relname     AS name,
       c.relam       AS method,
       i.indkey::text       AS columns,
       i.indclass::text     AS operator_classes,
       i.indcollation::text AS collations,
       i.indoption::text    AS options,
       i.indnkeyatts AS key_count,
       i.indisunique AS is_unique,
       i.indisprimary AS is_primary,
       i.indisexclusion AS is_exclusion,
       i.indisvalid  AS is_valid,
       i.indnullsnotdistinct AS nulls_not_distinct,
       pg_catalog.hashtextextended(i.indpred::text, 0)  AS predicate_hash,
       pg_catalog.hashtextextended(i.indexprs::text, 0) AS expressions_hash
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY ($1)
