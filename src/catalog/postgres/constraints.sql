-- Constraints, raw. One that a partition or a referenced partition inherits (conparentid) is its parent's.
-- NOT VALID ones are there, and told. NOT NULL constraints (PostgreSQL 18's contype 'n') are told by the column.
-- Operators of an exclusion constraint are in the order of its index's keys.
-- From PostgreSQL 18 on, `true` is k.conenforced and `false` is k.conperiod.
SELECT k.oid           AS oid,
       k.conrelid      AS relation,
       k.conname       AS name,
       k.contype       AS kind,
       k.conkey        AS columns,
       k.confrelid     AS referenced,
       k.confkey       AS referenced_columns,
       k.confupdtype   AS on_update,
       k.confdeltype   AS on_delete,
       k.condeferrable AS is_deferrable,
       k.condeferred   AS is_deferred,
       k.conindid      AS index,
       pg_catalog.hashtextextended(k.conbin::text, 0) AS hash,
       true            AS is_enforced,
       false           AS is_temporal,
       CASE WHEN k.conexclop IS NOT NULL THEN ARRAY(
            SELECT o.oprname::text
              FROM pg_catalog.unnest(k.conexclop) WITH ORDINALITY AS x (operator, number)
              JOIN pg_catalog.pg_operator o ON o.oid = x.operator
             ORDER BY x.number) END AS exclusion_operators,
       k.convalidated  AS is_validated
  FROM pg_catalog.pg_constraint k
 WHERE k.conrelid = ANY ($1)
   AND k.conparentid = 0
   AND k.contype IN ('p', 'u', 'f', 'c', 'x')
