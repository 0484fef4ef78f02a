-- The columns of the relations ($1: oids). `attoptions` is left alone: servers keep their own marks there.
SELECT a.attrelid     AS relation,
       a.attnum       AS number,
       a.attname      AS name,
       a.atttypid     AS type_oid,
       a.atttypmod    AS type_modifier,
       a.attnotnull   AS not_null,
       a.attidentity  AS identity,
       a.attgenerated AS generated,
       a.attcollation AS collation
  FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = ANY ($1)
   AND a.attnum > 0
   AND NOT a.attisdropped
