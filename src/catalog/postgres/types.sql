-- Names of types as the server writes them, with their schemas where the search path does not lead to them; but never
-- with that of the audited schema ($3), which is out of the path of a role that may not enter it.
-- $1: oids of types, $2: their modifiers. (unnest of several arrays has no schema: it is a part of the grammar.)
SELECT w.oid          AS oid,
       w.modifier     AS modifier,
       CASE WHEN n.nspname = $3
             AND pg_catalog.starts_with(pg_catalog.format_type(w.oid, w.modifier), pg_catalog.quote_ident($3) || '.')
            THEN pg_catalog.substr(pg_catalog.format_type(w.oid, w.modifier),
                                   pg_catalog.length(pg_catalog.quote_ident($3)) + 2)
            ELSE pg_catalog.format_type(w.oid, w.modifier)
       END            AS name,
       t.typcollation AS collation
  FROM unnest($1::oid[], $2::integer[]) AS w (oid, modifier)
  JOIN pg_catalog.pg_type t ON t.oid = w.oid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
