//! Functions and views that migrations make by SQL, and what calls them later.

use super::check_body;

#[test]
fn a_function_of_an_earlier_operation_does_what_it_holds() {
    let before = "
FUNCTION = '''CREATE OR REPLACE FUNCTION loosen(name text) RETURNS void AS $$
BEGIN
    IF name = 'x' THEN
        ALTER TABLE shop_item DROP CONSTRAINT shop_item_code_check;
    END IF;
    PERFORM count_all();
END $$ LANGUAGE plpgsql'''

def make(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM shop_item $$')
        cursor.execute('CREATE MATERIALIZED VIEW shop_view AS SELECT code FROM shop_item')
        cursor.execute('CREATE INDEX ON shop_view (code)')
";
    let body = "dependencies = [('shop', '1')]
    operations = [migrations.RunPython(make), migrations.RunSQL(FUNCTION), migrations.RunSQL('SELECT count_all()'),
                  migrations.RunSQL(\"SELECT loosen('x')\"), migrations.RunSQL('SELECT another()'),
                  migrations.RunSQL('CREATE UNIQUE INDEX shop_view_code ON shop_view (code)')]";
    check_body(
        before,
        body,
        &[
            "SQL `SELECT loosen('…')`: loosen() may do what it holds, or not ?? shop_item -constraints (its own too)",
            "SQL `SELECT another()`: what another() does is not known ?? anything",
        ],
    );
}
