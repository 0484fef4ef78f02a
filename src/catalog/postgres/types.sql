-- Names of types as the server writes them; where the search path does not lead to a type, with its schema.
-- $1: oids of types, $2: their modifiers. (unnest of several arrays has no schema: it is a part of the grammar.)
SELECT w.oid          AS oid,
       w.modifier     AS modifier,
       pg_catalog.format_type(w.oid, w.modifier) AS name,
       t.typcollation AS collation
  FROM unnest($1::oid[], $2::integer[]) AS w (oid, modifier)
  JOIN pg_catalog.pg_type t ON t.oid = w.oid
