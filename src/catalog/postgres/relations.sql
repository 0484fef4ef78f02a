-- The relations of some schemas ($1: oids of namespaces) that may stand where a table is expected.
-- Found through pg_depend's index on (refclassid, refobjid): pg_class has none on relnamespace.
-- Left out: partitions (their parent stands for them), temporary relations, what an extension owns.
SELECT c.oid            AS oid,
       c.relnamespace   AS namespace,
       c.relname        AS name,
       c.relkind        AS kind
  FROM pg_catalog.pg_class c
 WHERE c.oid = ANY (ARRAY(SELECT d.objid
                            FROM pg_catalog.pg_depend d
                           WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
                             AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                             AND d.refobjid = ANY ($1)))
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT c.relispartition
   AND c.relpersistence <> 't'
   AND NOT EXISTS (SELECT 1
                     FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND e.objid = c.oid
                      AND e.objsubid = 0
                      AND e.deptype = 'e')
