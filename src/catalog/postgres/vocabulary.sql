-- One text over the names that stored trees refer to by oid (functions, types, values of enums, operators,
-- collations, operator classes, schemas), those of PostgreSQL itself left out: while it is the same, a tree of
-- the same hash has the same text. Row types, one for each table, are left out too: they would cost most.
SELECT concat_ws(' ',
       (SELECT sum(hashtextextended(concat_ws(' ', oid, proname, pronamespace), 0)) FROM pg_catalog.pg_proc WHERE oid >= 16384),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, typname, typnamespace), 0)) FROM pg_catalog.pg_type
         WHERE oid >= 16384 AND typtype <> 'c' AND typcategory <> 'A'),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, enumlabel), 0)) FROM pg_catalog.pg_enum),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, oprname, oprnamespace), 0)) FROM pg_catalog.pg_operator WHERE oid >= 16384),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, collname, collnamespace), 0)) FROM pg_catalog.pg_collation WHERE oid >= 16384),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, opcname, opcnamespace), 0)) FROM pg_catalog.pg_opclass WHERE oid >= 16384),
       (SELECT sum(hashtextextended(concat_ws(' ', oid, nspname), 0)) FROM pg_catalog.pg_namespace
         WHERE oid >= 16384 AND nspname NOT LIKE 'pg\_%')) AS vocabulary
