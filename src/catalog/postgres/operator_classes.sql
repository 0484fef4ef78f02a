-- Every operator class, and whether it means what its type has when nothing is said: it is the default, or
-- another name for it (varchar_ops is text_ops).
SELECT o.oid       AS oid,
       o.opcname   AS name,
       o.opcmethod AS method,
       o.opcintype AS input_type,
       o.opcdefault AS is_default,
       EXISTS (SELECT 1
                 FROM pg_catalog.pg_opclass d
                WHERE d.opcdefault
                  AND d.opcmethod = o.opcmethod
                  AND d.opcfamily = o.opcfamily
                  AND d.opcintype = o.opcintype) AS is_usual
  FROM pg_catalog.pg_opclass o
