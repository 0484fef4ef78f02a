//! What `AlterField` makes of that which SQL has made of a table: it asks the database, not the models. (By real Django 3.2,
//! 5.2 and 6.0.)

use super::{ITEM, check, lines, project_on};
use crate::dialect::Dialect;

/// What the last of these migrations does behind the one that made `shop_item`.
#[track_caller]
fn check_last(dialect: Dialect, before: &str, operations: &str, expected: &[&str]) {
    let of = |number: u32, operations: &str| {
        format!(
            "
class Migration(migrations.Migration):
    dependencies = [('shop', '{number}')]
    operations = [{operations}]
"
        )
    };
    let files = [("1", ITEM), ("2", &of(1, before)), ("3", &of(2, operations))];
    let compiled = project_on(dialect, "", &files);
    let told: Vec<String> =
        lines(&compiled).iter().filter_map(|it| it.strip_prefix("3: ").map(str::to_owned)).collect();
    assert_eq!(told, expected, "{dialect:?} {:#?}", compiled.notices);
}

/// `_alter_field` drops every foreign key over the columns that follow a key, and makes only its own again.
#[test]
fn a_raw_foreign_key_falls_when_the_key_it_leads_to_changes_its_type() {
    let tag = |more: &str| {
        format!(
            "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('item', models.ForeignKey('shop.Item', models.CASCADE{more}))]),"
        )
    };
    let raw = |name: &str, column: &str| {
        format!(
            "migrations.RunSQL('ALTER TABLE shop_tag ADD CONSTRAINT {name} FOREIGN KEY (item_id) REFERENCES shop_item ({column})'),"
        )
    };
    let alter = "migrations.AlterField('Item', 'id', models.AutoField(primary_key=True))";
    for (dialect, key, column) in [
        (Dialect::Postgres, "id integer NOT NULL AUTO INCREMENT", "item_id integer NOT NULL"),
        (Dialect::Mariadb, "id integer NOT NULL AUTO INCREMENT", "item_id integer NOT NULL"),
    ] {
        let altered = [format!("shop_item ~ {key}"), format!("shop_tag ~ {column}")];
        check_last(
            dialect,
            &format!("{}{}", tag(", db_constraint=False"), raw("raw", "id")),
            alter,
            &[&altered[0], "shop_tag - -> by name", &altered[1]],
        );
    }
    check_last(
        Dialect::Postgres,
        &format!(
            "migrations.AlterField('Item', 'code', models.IntegerField(unique=True)), {}{}",
            tag(""),
            raw("raw", "code")
        ),
        alter,
        &[
            "shop_item ~ id integer NOT NULL AUTO INCREMENT",
            "shop_tag - -> by name",
            "shop_tag: index or constraint to shop_tag_item_id_ff1f1e85_fk",
            "shop_tag ~ item_id integer NOT NULL",
        ],
    );
}

/// Its type is the same, which PostgreSQL has beside the numbering since Django 4.1.
#[test]
fn a_raw_foreign_key_stays_when_the_key_it_leads_to_is_only_not_numbered_any_more() {
    check_last(
        Dialect::Postgres,
        "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('item', models.ForeignKey('shop.Item', models.CASCADE, db_constraint=False))]),
         migrations.RunSQL('ALTER TABLE shop_tag ADD CONSTRAINT raw FOREIGN KEY (item_id) REFERENCES shop_item (id)')",
        "migrations.AlterField('Item', 'id', models.BigIntegerField(primary_key=True))",
        &["shop_item ~ id bigint NOT NULL"],
    );
}

/// `MODIFY` says the whole column, as the state knows it.
#[test]
fn a_type_that_the_state_does_not_know_goes_when_mysql_defines_the_column_anew() {
    for (dialect, raw) in [
        (Dialect::Mariadb, "migrations.RunSQL('ALTER TABLE shop_item MODIFY code bigint NOT NULL')"),
        (
            Dialect::Mysql,
            "migrations.SeparateDatabaseAndState(database_operations=[migrations.AlterField('item', 'code', models.BigIntegerField())])",
        ),
    ] {
        let check = |operation: &str, expected: &[&str]| check_last(dialect, raw, operation, expected);
        check(
            "migrations.AlterField('item', 'code', models.IntegerField(null=True))",
            &["shop_item ~ code integer NULL"],
        );
        check(
            "migrations.AlterField('item', 'code', models.IntegerField(db_comment='said'))",
            &["shop_item ~ code integer NOT NULL"],
        );
        // It touches nothing of the column itself.
        check("migrations.RenameField('item', 'code', 'number')", &["shop_item.code to number"]);
    }
    check_last(
        Dialect::Postgres,
        "migrations.RunSQL('ALTER TABLE shop_item ALTER code TYPE bigint')",
        "migrations.AlterField('item', 'code', models.IntegerField(null=True))",
        &["shop_item ~ code bigint NULL"],
    );
}

/// The four steps of `_alter_field`: `SET DEFAULT`, `UPDATE`, `SET NOT NULL`, `DROP DEFAULT`.
#[test]
fn a_raw_default_goes_when_django_fills_a_column_that_was_null() {
    let check = |column: &str, raw: &str, was: &str, is: &str, default: &str| {
        check_last(
            Dialect::Postgres,
            &format!(
                "migrations.AddField('item', 'f', models.{was}), migrations.RunSQL(\"ALTER TABLE shop_item ALTER f SET DEFAULT {raw}\")"
            ),
            &format!("migrations.AlterField('item', 'f', models.{is})"),
            &[&format!("shop_item ~ f {column} NOT NULL{default}")],
        );
    };
    // One is set, and dropped again.
    check("integer", "4", "IntegerField(null=True)", "IntegerField(default=4)", "");
    check("integer", "4", "IntegerField(null=True, default=3)", "IntegerField(default=4)", "");
    check("boolean", "true", "BooleanField(null=True)", "BooleanField(default=True)", "");
    check(
        "varchar(5)",
        "'x'",
        "CharField(max_length=5, null=True)",
        "CharField(max_length=5, default='')",
        "",
    );
    check(
        "varchar(5)",
        "'x'",
        "CharField(max_length=5, null=True)",
        "CharField(max_length=5, blank=True)",
        "",
    );
    check("timestamptz", "now()", "DateTimeField(null=True)", "DateTimeField(auto_now_add=True)", "");
    // It is the same as before, or there is none.
    check("integer", "4", "IntegerField(null=True, default=3)", "IntegerField(default=3)", " DEFAULT 4");
    check("integer", "4", "IntegerField(null=True)", "IntegerField()", " DEFAULT 4");
    check("integer", "4", "IntegerField(null=True)", "IntegerField(blank=True)", " DEFAULT 4");
    check("integer", "4", "IntegerField(null=True)", "IntegerField(default=None)", " DEFAULT 4");
    check(
        "varchar(5)",
        "'x'",
        "CharField(max_length=5, null=True)",
        "CharField(max_length=5)",
        " DEFAULT 'x'",
    );
    // Who knows.
    check("jsonb", "'{}'", "JSONField(null=True)", "JSONField(default=dict)", " DEFAULT (not known)");
    check(
        "integer",
        "4",
        "IntegerField(null=True)",
        "IntegerField(default=some.where)",
        " DEFAULT (not known)",
    );
    check(
        "integer",
        "4",
        "IntegerField(null=True, default='3')",
        "IntegerField(default=3)",
        " DEFAULT (not known)",
    );
}

/// `_constraint_names(index=True)` of PostgreSQL lists what is an index and no constraint, unique or not.
#[test]
fn a_raw_unique_index_goes_with_the_index_of_the_field() {
    let check = |raw: &str, goes: bool| {
        let mut expected = vec!["shop_item - index by name"];
        expected.extend(goes.then_some("shop_item - unique by name"));
        check_last(
            Dialect::Postgres,
            &format!(
                "migrations.AlterField('item', 'code', models.IntegerField(db_index=True)), {}",
                raw.split(';').map(|it| format!("migrations.RunSQL('{it}'),")).collect::<String>()
            ),
            "migrations.AlterField('item', 'code', models.IntegerField())",
            &expected,
        );
    };
    check("CREATE UNIQUE INDEX raw ON shop_item (code)", true);
    check("CREATE UNIQUE INDEX ON shop_item (code)", true);
    check("CREATE UNIQUE INDEX raw ON shop_item (code DESC)", true);
    check("CREATE UNIQUE INDEX raw ON shop_item (code) WHERE code > 3", true);
    check("CREATE UNIQUE INDEX raw ON shop_item (code); ALTER INDEX raw RENAME TO other", true);
    check("ALTER TABLE shop_item ADD CONSTRAINT raw UNIQUE (code)", false);
    check("CREATE UNIQUE INDEX raw ON shop_item (code, name)", false);
    check("CREATE UNIQUE INDEX raw ON shop_item (code) INCLUDE (name)", false);
    check("CREATE UNIQUE INDEX raw ON shop_item ((code + 1))", false);
    check("CREATE UNIQUE INDEX raw_btree ON shop_item (code)", false);
    check("CREATE UNIQUE INDEX raw ON shop_item (code) WITH (fillfactor = 70)", false);
    check(
        "CREATE UNIQUE INDEX raw ON shop_item (code); ALTER TABLE shop_item ADD CONSTRAINT other UNIQUE USING INDEX raw",
        false,
    );
}

/// Those of `Meta.indexes` are spared, however they were made.
#[test]
fn an_index_of_the_model_stays_though_sql_has_made_it_unique() {
    check(
        "migrations.AlterField('item', 'name', models.CharField(max_length=30, db_index=True)),
         migrations.SeparateDatabaseAndState(
            [migrations.RunSQL('CREATE UNIQUE INDEX mine ON shop_item (name)')],
            [migrations.AddIndex('item', models.Index(fields=['name'], name='mine'))]),
         migrations.AlterField('item', 'name', models.CharField(max_length=30))",
        &[
            "shop_item + index name",
            "shop_item + index name varchar_pattern_ops",
            "shop_item + unique name",
            "shop_item - index by name",
            "shop_item - index by name",
        ],
    );
}

/// `get_constraints` is asked for a table `crm"."a`, of which there is none: nothing is dropped, and no other key made.
#[test]
fn what_stands_in_another_schema_is_out_of_sight() {
    let made = |table: &str| {
        format!(
            "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]), \
             migrations.CreateModel('A', [('id', models.AutoField(primary_key=True)), ('n', models.CharField(max_length=5, unique=True)), \
             ('s', models.IntegerField(db_index=True)), ('p', models.PositiveIntegerField()), \
             ('item', models.ForeignKey('shop.Item', models.CASCADE))], options={{'db_table': '{table}'}})"
        )
    };
    let altered = "migrations.AlterField('A', 'n', models.CharField(max_length=5)), \
                   migrations.AlterField('A', 's', models.IntegerField()), migrations.AlterField('A', 'p', models.IntegerField()), \
                   migrations.AlterField('A', 'item', models.ForeignKey('shop.Tag', models.CASCADE))";
    for table in ["crm\".\"a", "\"crm\".\"a\""] {
        check_last(Dialect::Postgres, &made(table), altered, &["crm.a ~ item_id integer NOT NULL"]);
    }
    check_last(
        Dialect::Postgres,
        &made("a"),
        altered,
        &[
            "a - unique by name",
            "a - index by name",
            "a - index by name",
            "a - check by name",
            "a - -> by name",
            "a ~ item_id integer NOT NULL",
            "a + item_id -> shop_tag",
        ],
    );
}
