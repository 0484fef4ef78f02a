-- What must be known of the server before anything else is asked.
SELECT CAST(VERSION() AS CHAR) AS version,
       CAST(@@lower_case_table_names AS SIGNED) AS lower_case_table_names,
       CAST(CURRENT_USER() AS CHAR) AS role,
       CAST(DATABASE() AS CHAR) AS current_database
