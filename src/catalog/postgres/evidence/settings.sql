-- The settings of search_path that the server keeps for this database, or for roles in it, as people write them.
SELECT pg_catalog.concat(CASE WHEN s.setrole = 0 THEN 'ALTER DATABASE ' || d.datname ELSE 'ALTER ROLE ' || r.rolname END,
                         CASE WHEN s.setrole <> 0 AND s.setdatabase <> 0 THEN ' IN DATABASE ' || d.datname END,
                         ' SET ', setting)                                              AS setting
  FROM pg_catalog.pg_db_role_setting s
  LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
 CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS setting
 WHERE (s.setdatabase = 0 OR d.datname = pg_catalog.current_database())
   AND setting LIKE 'search\_path=%'
 ORDER BY 1
 LIMIT 20
