-- The text of what is stored as a tree. These functions open the relation, so they run in a later step, under
-- a short lock_timeout, only for objects whose text is not known yet, and not for relations that are locked.
SELECT 'check' AS kind, k.oid AS oid, 0 AS number, pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS text
  FROM pg_catalog.pg_constraint k WHERE k.oid = ANY ($1)
UNION ALL
SELECT 'predicate', i.indexrelid, 0, pg_catalog.pg_get_expr(i.indpred, i.indrelid)
  FROM pg_catalog.pg_index i WHERE i.indexrelid = ANY ($2) AND i.indpred IS NOT NULL
UNION ALL
SELECT 'key', i.indexrelid, n.number, pg_catalog.pg_get_indexdef(i.indexrelid, n.number, false)
  FROM pg_catalog.pg_index i
 CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::integer) AS n (number)
 WHERE i.indexrelid = ANY ($2) AND i.indexprs IS NOT NULL AND i.indkey[n.number - 1] = 0
UNION ALL
-- `COLLATE` behind a key stands only in the definition of the whole index.
SELECT 'collation', k.oid, k.number, ''
  FROM (SELECT i.indexrelid AS oid, n.number AS number, pg_catalog.pg_get_indexdef(i.indexrelid) AS whole,
               pg_catalog.pg_get_indexdef(i.indexrelid, n.number, false) AS text
          FROM pg_catalog.pg_index i
         CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::integer) AS n (number)
         WHERE i.indexrelid = ANY ($2) AND i.indexprs IS NOT NULL AND i.indkey[n.number - 1] = 0) AS k
 WHERE pg_catalog.strpos(k.whole, k.text || ' COLLATE ') > 0
UNION ALL
SELECT 'generated', d.adrelid, d.adnum::integer, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM pg_catalog.pg_attrdef d WHERE d.oid = ANY (ARRAY(
       SELECT g.oid FROM pg_catalog.pg_attrdef g
         JOIN unnest($3::oid[], $4::smallint[]) AS w (relation, number)
           ON g.adrelid = w.relation AND g.adnum = w.number))
