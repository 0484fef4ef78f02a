-- Names of some schemas ($1: oids of namespaces) that no table can have, though no relation of the schema has them:
-- those of sequences, types, partitions with their indexes, and what extensions own. What tables, views and their
-- indexes have is read with them.
SELECT c.relnamespace  AS namespace,
       c.relname::text AS name,
       CASE WHEN e.objid IS NOT NULL THEN 'e'
            WHEN c.relkind IN ('S', 'c') THEN c.relkind::text
            ELSE 'p' END AS holder
  FROM pg_catalog.pg_class c
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  LEFT JOIN pg_catalog.pg_depend e ON e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                  AND e.objid = COALESCE(t.oid, c.oid)
                                  AND e.objsubid = 0
                                  AND e.deptype = 'e'
 WHERE c.relnamespace = ANY ($1)
   AND (c.relkind IN ('S', 'c') OR c.relispartition OR t.relispartition OR e.objid IS NOT NULL)
 UNION ALL
-- Enums, domains, ranges, pseudo-types; an array's name gives way.
SELECT t.typnamespace, t.typname::text, 't'
  FROM pg_catalog.pg_type t
 WHERE t.typnamespace = ANY ($1)
   AND t.typrelid = 0
   AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type a WHERE a.typarray = t.oid)
