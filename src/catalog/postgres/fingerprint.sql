-- One number for each catalog over the same rows and columns that a full read takes, so that equal numbers mean
-- that it would read the same. $1: oids of namespaces.
WITH relations AS MATERIALIZED (
    SELECT d.objid AS oid
      FROM pg_catalog.pg_depend d
     WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.refobjid = ANY ($1))
SELECT 1 AS catalog, count(*) AS rows,
       bit_xor(pg_catalog.hash_record_extended(
           ROW (c.oid, c.relnamespace, c.relname, c.relkind::text, c.relispartition), 0))::text AS hash
  FROM pg_catalog.pg_class c WHERE c.oid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 2, count(*),
       bit_xor(pg_catalog.hash_record_extended(
           ROW (a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity::text,
                a.attgenerated::text, a.attcollation, a.attisdropped), 0))::text
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM relations)) AND a.attnum > 0
UNION ALL
SELECT 3, count(*),
       bit_xor(pg_catalog.hash_record_extended(ROW (d.adrelid, d.adnum, d.adbin::text), 0))::text
  FROM pg_catalog.pg_attrdef d WHERE d.adrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 4, count(*),
       bit_xor(pg_catalog.hash_record_extended(
           ROW (k.oid, k.conrelid, k.conname, k.contype::text, k.conkey, k.confrelid, k.confkey, k.confupdtype::text,
                k.confdeltype::text, k.condeferrable, k.condeferred, k.convalidated, k.conbin::text, k.conexclop), 0))::text
  FROM pg_catalog.pg_constraint k WHERE k.conrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 5, count(*),
       bit_xor(pg_catalog.hash_record_extended(
           ROW (i.indexrelid, i.indrelid, c.relname, c.relam, i.indkey::text, i.indclass::text, i.indoption::text,
                i.indisunique, i.indisvalid, i.indpred::text, i.indexprs::text), 0))::text
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 6, count(*), bit_xor(pg_catalog.hash_record_extended(ROW (e.objid, e.refobjid), 0))::text
  FROM pg_catalog.pg_depend e
 WHERE e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   AND e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.deptype = 'e'
