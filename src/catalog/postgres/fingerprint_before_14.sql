-- One number for each catalog over the same rows and columns that a full read takes, so that equal numbers mean
-- that it would read the same. $1: oids of namespaces.
WITH relations AS MATERIALIZED (
    SELECT d.objid AS oid
      FROM pg_catalog.pg_depend d
     WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.refobjid = ANY ($1))
SELECT 1 AS catalog, count(*) AS rows,
       sum(pg_catalog.hashtextextended(
           ROW (c.oid, c.relnamespace, c.relname, c.relkind::text, c.relispartition)::text, 0)::numeric)::text AS hash
  FROM pg_catalog.pg_class c WHERE c.oid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 2, count(*),
       sum(pg_catalog.hashtextextended(
           ROW (a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity::text,
                a.attgenerated::text, a.attcollation, a.attisdropped)::text, 0)::numeric)::text
  FROM pg_catalog.pg_attribute a WHERE a.attrelid = ANY (ARRAY(SELECT oid FROM relations)) AND a.attnum > 0
UNION ALL
SELECT 3, count(*),
       sum(pg_catalog.hashtextextended(ROW (d.adrelid, d.adnum, d.adbin::text)::text, 0)::numeric)::text
  FROM pg_catalog.pg_attrdef d WHERE d.adrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 4, count(*),
       sum(pg_catalog.hashtextextended(
           ROW (k.oid, k.conrelid, k.conname, k.contype::text, k.conkey, k.confrelid, k.confkey, k.confupdtype::text,
                k.confdeltype::text, k.condeferrable, k.condeferred, k.convalidated, k.conbin::text, k.conexclop)::text, 0)::numeric)::text
  FROM pg_catalog.pg_constraint k WHERE k.conrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 5, count(*),
       sum(pg_catalog.hashtextextended(
           ROW (i.indexrelid, i.indrelid, c.relname, c.relam, i.indkey::text, i.indclass::text, i.indoption::text,
                i.indisunique, i.indisvalid, i.indpred::text, i.indexprs::text)::text, 0)::numeric)::text
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY (ARRAY(SELECT oid FROM relations))
UNION ALL
SELECT 6, count(*), sum(pg_catalog.hashtextextended(ROW (e.objid, e.refobjid)::text, 0)::numeric)::text
  FROM pg_catalog.pg_depend e
 WHERE e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   AND e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.deptype = 'e'
