//! Words that are no names in an expression when they stand there bare: each was tried on the servers themselves (SQLite
//! 3.40, MariaDB 10.11, MySQL 9.7), and a few more that read as something else.

/// Whether the word means something else without `quote`s: `"` for SQLite, a backtick for MySQL and MariaDB.
pub fn is_reserved(word: &str, quote: char) -> bool {
    let words = if quote == '`' { MYSQL } else { SQLITE };
    words.split_ascii_whitespace().any(|it| it == word)
}

/// <https://www.sqlite.org/lang_keywords.html>
const SQLITE: &str = "\
    add all alter and as autoincrement between by case cast check collate commit constraint create \
    current_date current_time current_timestamp default deferrable delete distinct drop else end escape \
    except exists false foreign from glob group having in index insert intersect into is isnull join like \
    limit match not nothing notnull null on or order primary raise references returning select set table \
    then to transaction true union unique update using values when where with";

/// <https://dev.mysql.com/doc/refman/9.4/en/keywords.html>, <https://mariadb.com/kb/en/reserved-words/>
const MYSQL: &str = "\
    accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call \
    cascade case cast change char character check collate column condition constraint continue convert \
    create cross cube cume_dist current_date current_role current_time current_timestamp current_user cursor \
    database databases day_hour day_microsecond day_minute day_second dec decimal declare default delayed \
    delete delete_domain_id dense_rank desc describe deterministic distinct distinctrow div do_domain_ids \
    double drop dual each else elseif empty enclosed end escape escaped except exists exit explain external \
    false fetch first_value float float4 float8 for force foreign from fulltext function generated get glob \
    grant group grouping groups having high_priority hour_microsecond hour_minute hour_second if ignore \
    ignore_domain_ids in index infile inner inout insensitive insert int int1 int2 int3 int4 int8 integer \
    intersect interval into io_after_gtids io_before_gtids is isnull iterate join json_table key keys kill \
    lag last_value lateral lead leading leave left library like limit linear lines load localtime \
    localtimestamp lock long longblob longtext loop low_priority master_demote_to_replica \
    master_demote_to_slave master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext \
    middleint minute_microsecond minute_second mod modifies natural no_write_to_binlog not notnull nth_value \
    ntile null numeric of offset on optimize optimizer_costs option optionally or order out outer outfile \
    over page_checksum parse_vcol_expr partition percent_rank portion precision primary procedure purge \
    qualify range rank read read_write reads real recursive ref_system_id references regexp release rename \
    repeat replace require resignal restrict return returning revoke right rlike row row_number rows schema \
    schemas second_microsecond select sensitive separator set show signal smallint spatial specific sql \
    sql_big_result sql_buffer_result sql_cache sql_calc_found_rows sql_no_cache sql_small_result \
    sqlexception sqlstate sqlwarning ssl starting stats_auto_recalc stats_persistent stats_sample_pages \
    stored straight_join system table tablesample terminated then tinyblob tinyint tinytext to trailing \
    trigger true undo union unique unlock unsigned update usage use using utc_date utc_time utc_timestamp \
    values varbinary varchar varcharacter varying virtual when where while window with write xor year_month \
    zerofill";
