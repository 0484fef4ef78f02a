//! What older versions of Django did otherwise, and what keys that change do.

use super::*;

/// The operations of the second migration, on a version of Django.
fn second(django: (u32, u32), dialect: Dialect, fields: &str, operations: &str) -> Vec<String> {
    let first = format!(
        "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Book', fields=[{fields}])]\n"
    );
    let second = format!(
        "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001')]\n    operations = [{operations}]\n"
    );
    let all = lines(&project_of(django, dialect, "", &[("0001", &first), ("0002", &second)]));
    all.iter().filter_map(|it| it.strip_prefix("0002: ")).map(str::to_owned).collect()
}

#[test]
fn a_new_collation_forgets_not_null_on_mysql_before_4_2() {
    let fields = "('id', models.AutoField(primary_key=True)), \
                  ('name', models.CharField(max_length=9, db_collation='utf8mb4_bin'))";
    let plain = "migrations.AlterField('Book', 'name', models.CharField(max_length=9))";
    let on = |django, dialect| second(django, dialect, fields, plain);
    for dialect in [Dialect::Mysql, Dialect::Mariadb] {
        assert_eq!(on((3, 2), dialect), ["shop_book ~ name varchar(9) NULL"]);
        assert_eq!(on((4, 2), dialect), ["shop_book ~ name varchar(9) NOT NULL"]);
    }
    // The next time that Django says the whole column, it says so too.
    let longer = format!("{plain}, migrations.AlterField('Book', 'name', models.CharField(max_length=10))");
    let all = second((3, 2), Dialect::Mysql, fields, &longer);
    assert_eq!(all.last().unwrap(), "shop_book ~ name varchar(10) NOT NULL");
    assert_eq!(on((3, 2), Dialect::Postgres), ["shop_book ~ name varchar(9) NOT NULL"]);
}

/// Of a column that is longer than before, Django says the type alone, and the server takes its own collation.
#[test]
fn a_new_type_forgets_the_collation_before_4_2() {
    let field = |length| format!("models.CharField(max_length={length}, db_collation='C')");
    let made = |django, dialect| {
        let files = [
            format!(
                "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Book', [('id', models.AutoField(primary_key=True)), ('name', {})])]\n",
                field(9)
            ),
            format!(
                "class Migration(migrations.Migration):\n    dependencies = [('shop', '0001')]\n    operations = [migrations.AlterField('Book', 'name', {})]\n",
                field(12)
            ),
        ];
        let compiled = project_of(django, dialect, "", &[("0001", &files[0]), ("0002", &files[1])]);
        let last = compiled.migrations.iter().flat_map(|it| &it.operations).last().cloned();
        match last {
            Some(Operation::Change(Change::AlterColumn { column, .. })) => {
                column.collation.as_ref().map(ToString::to_string)
            }
            other => panic!("{other:?}"),
        }
    };
    for dialect in [Dialect::Postgres, Dialect::Mariadb] {
        assert_eq!(made((3, 2), dialect), None);
        assert_eq!(made((4, 2), dialect).as_deref(), Some("C"));
    }
    assert_eq!(made((3, 2), Dialect::Sqlite).as_deref(), Some("C"));
}

/// The column that is called after the model, and nothing else (by real Django 3.2).
#[test]
fn a_model_with_a_table_of_its_own_is_renamed_with_its_many_to_many() {
    let first = "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('Gone', [('id', models.AutoField(primary_key=True)), ('items', models.ManyToManyField('shop.Item'))], {'db_table': 'gone'}),
    ]";
    let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '0001')]
    operations = [migrations.RenameModel('Gone', 'Here')]";
    let compiled = project_of((3, 2), Dialect::Sqlite, "", &[("0001", first), ("0002", second)]);
    let all = lines(&compiled);
    let told: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("0002: ")).collect();
    assert_eq!(told.first(), Some(&"gone_items.gone_id to here_id"), "{told:#?}");
    assert!(compiled.notices.is_empty(), "{:#?}", compiled.notices);
}

/// `_alter_many_to_many` takes over only the field that points at the other model, though both are the same (by real
/// Django 3.2).
#[test]
fn a_many_to_many_that_leads_home_keeps_its_near_column_on_sqlite_before_4_2() {
    let on = |django, fields: &str, operations: &str| second(django, Dialect::Sqlite, fields, operations);
    let field = |options: &str| {
        format!(
            "('id', models.AutoField(primary_key=True)), ('friends', models.ManyToManyField('shop.Book'{options}))"
        )
    };
    let named = field(", db_table='friends'");
    let rename = "migrations.RenameModel('Book', 'Job')";
    let wanted = [
        "rename shop_book to shop_job",
        "friends.to_book_id to to_job_id",
        "friends - -> from_book_id",
        "friends + from_book_id -> shop_book",
    ];
    for django in [(2, 2), (3, 2), (4, 1)] {
        assert_eq!(on(django, &named, rename), wanted, "{django:?}");
    }
    let whole = [
        "rename shop_book to shop_job",
        "friends.from_book_id to from_job_id",
        "friends.to_book_id to to_job_id",
    ];
    assert_eq!(on((4, 2), &named, rename), whole);
    // The next time the column is called as the models of before say, and its foreign key leads to their table.
    let twice = format!("{rename}, migrations.RenameModel('Job', 'Rule')");
    let all = on((3, 2), &named, &twice);
    for line in [
        "friends.to_job_id to to_rule_id",
        "friends - from_book_id",
        "friends + from_job_id integer NOT NULL",
        "friends + from_job_id -> shop_job",
        "friends + unique from_job_id to_rule_id",
    ] {
        assert!(all.iter().any(|it| it == line), "{line}: {all:#?}");
    }
    // A table that is called after the model is a new one, and whole.
    let all = on((3, 2), &field(""), rename);
    assert!(all.iter().any(|it| it == "create shop_job_friends: id from_job_id to_job_id"), "{all:#?}");
    // Where the model keeps its table, so does the foreign key.
    let own = format!("{}], options={{'db_table': 'book'}}, managers=[", field(""));
    assert_eq!(on((3, 2), &own, rename), ["book_friends.to_book_id to to_job_id"]);
}

#[test]
fn a_new_key_is_made_unique_too_before_4_1() {
    let fields = "('id', models.AutoField(primary_key=True)), ('code', models.IntegerField())";
    let operations = "migrations.RemoveField('Book', 'id'), \
                      migrations.AlterField('Book', 'code', models.IntegerField(primary_key=True))";
    let on = |django| second(django, Dialect::Postgres, fields, operations);
    assert_eq!(on((4, 0)), ["shop_book - id", "shop_book + unique code", "shop_book + PRIMARY KEY (code)"]);
    assert_eq!(on((4, 1)), ["shop_book - id", "shop_book + PRIMARY KEY (code)"]);
}

#[test]
fn the_sequence_of_a_long_name_stays_before_4_1() {
    let made = |django, table: &str| {
        let fields = format!(
            "('id', models.AutoField(primary_key=True))], options={{'db_table': '{table}'}}, managers=["
        );
        let plain = "migrations.AlterField('Book', 'id', models.IntegerField(primary_key=True))";
        second(django, Dialect::Postgres, &fields, plain)
    };
    let long = "t".repeat(60);
    assert_eq!(made((3, 2), &long), [""; 0]);
    assert_eq!(made((3, 2), "t"), ["t ~ id integer NOT NULL"]);
    assert_eq!(made((4, 1), &long), [format!("{long} ~ id integer NOT NULL")]);
}

/// Neither has a sequence another name when its table has.
#[test]
fn the_sequence_of_a_renamed_table_stays_before_4_1() {
    let fields = "('id', models.AutoField(primary_key=True))";
    let plain =
        |model| format!("migrations.AlterField('{model}', 'id', models.IntegerField(primary_key=True))");
    let renamed = format!("migrations.AlterModelTable('Book', 't'), {}", plain("Book"));
    let on = |django, operations: &str| second(django, Dialect::Postgres, fields, operations);
    assert_eq!(on((3, 2), &renamed), ["rename shop_book to t"]);
    assert_eq!(on((4, 1), &renamed), ["rename shop_book to t", "t ~ id integer NOT NULL"]);
    let sql = format!(
        "migrations.RunSQL('ALTER TABLE shop_book RENAME TO t', state_operations=[migrations.AlterModelTable('Book', 't')]), {}",
        plain("Book")
    );
    assert_eq!(on((3, 2), &sql), ["rename shop_book to t"]);
    // What becomes numbered anew has the name that Django gives.
    let anew = format!(
        "{renamed}, migrations.AlterField('Book', 'id', models.BigAutoField(primary_key=True)), {}",
        plain("Book")
    );
    assert_eq!(on((3, 2), &anew).last().unwrap(), "t ~ id integer NOT NULL");
    // Another table under the old name has a sequence with a number, and the one of the old name is dropped.
    let other = format!(
        "migrations.AlterModelTable('Book', 't'), \
         migrations.CreateModel('Other', [('id', models.AutoField(primary_key=True))], options={{'db_table': 'shop_book'}}), {}",
        plain("Other")
    );
    assert_eq!(
        on((3, 2), &other),
        ["rename shop_book to t", "create shop_book: id", "t ~ id integer NOT NULL"]
    );
}

/// Without a key the model has an automatic one, which is of the same name.
#[test]
fn an_id_that_is_no_key_any_more_is_not_the_automatic_key() {
    let fields = "('id', models.DateField(primary_key=True)), ('code', models.IntegerField())";
    let operations = "migrations.AlterField('Book', 'id', models.IntegerField()), \
                      migrations.AlterField('Book', 'code', models.IntegerField(primary_key=True))";
    let all = second(DJANGO, Dialect::Mariadb, fields, operations);
    let wanted =
        ["shop_book ~ id integer NOT NULL", "shop_book - primary key", "shop_book + PRIMARY KEY (code)"];
    assert_eq!(all, wanted);
}

/// MariaDB has no name for it, so that Django cannot drop it, and it goes with the column to the new name.
#[test]
fn a_check_in_a_columns_definition_that_sql_made_is_renamed_with_it_on_mariadb() {
    let fields = "('id', models.AutoField(primary_key=True))";
    let sql = "ALTER TABLE `shop_book` ADD COLUMN `size` smallint UNSIGNED NOT NULL CHECK (`size` >= 0)";
    let operations = format!(
        "migrations.RunSQL('{sql}', state_operations=[migrations.AddField('Book', 'size', models.PositiveSmallIntegerField())]), \
         migrations.AlterField('Book', 'size', models.PositiveSmallIntegerField(db_column='length')), \
         migrations.RunSQL('ALTER TABLE `shop_book` MODIFY `length` int')"
    );
    let by_name = "shop_book - check by name";
    let all = second((3, 2), Dialect::Mariadb, fields, &operations);
    assert!(!all.iter().any(|it| it == by_name), "{all:?}");
    assert!(all.contains(&"shop_book.size to length".to_owned()), "{all:?}");
    assert_eq!(all.last().unwrap(), "shop_book ~ length int NULL");
    assert_eq!(all[all.len() - 2], "shop_book - check length");
}

/// It keeps the name of the column it was made for, which a field's unique bears too (by real Django 3.2 on MariaDB 10.11).
#[test]
fn a_check_in_a_renamed_columns_definition_takes_the_unique_of_its_name_with_it_on_mariadb() {
    let fields =
        "('id', models.AutoField(primary_key=True)), ('size', models.PositiveIntegerField(unique=True))";
    let on = |django, operations: &str| second(django, Dialect::Mariadb, fields, operations);
    let lost = "shop_book - unique by name";
    let loses = |django, operations: &str| on(django, operations).iter().any(|it| it == lost);
    let rename = |from, to| format!("migrations.RenameField('Book', '{from}', '{to}')");
    let once = rename("size", "length");
    let integer =
        |options| format!("migrations.AlterField('Book', 'length', models.IntegerField({options}))");
    for later in [
        rename("length", "width"),
        rename("length", "size"),
        format!("migrations.AlterModelTable('Book', 't'), {}", rename("length", "width")),
    ] {
        let all = on((3, 2), &format!("{once}, {later}"));
        assert_eq!(all.iter().filter(|it| it.ends_with("- unique by name")).count(), 1, "{all:#?}");
    }
    let twice = format!("{once}, {}", rename("length", "width"));
    assert!(!loses((3, 2), &once));
    assert!(!loses((3, 0), &twice), "CHANGE takes the check away");
    assert!(loses((4, 2), &twice));
    // From Django 5.0, a renaming changes no check, but another type does (on MariaDB 10.8 and later, Django 4.1 and later
    // raise there).
    assert!(!loses((5, 2), &twice));
    for django in [(3, 2), (5, 2)] {
        let retyped = format!("{once}, {}", integer("unique=True"));
        assert!(loses(django, &retyped));
    }
    // Of a field that is not unique any more, Django sees the check alone, and drops no unique.
    let plain = format!("{once}, migrations.AlterField('Book', 'length', models.PositiveIntegerField())");
    assert!(!loses((3, 2), &plain));
    // The whole column was said in between, without its check.
    let whole =
        "migrations.AlterField('Book', 'length', models.PositiveIntegerField(unique=True, null=True))";
    assert!(!loses((3, 2), &format!("{once}, {whole}, {}", rename("length", "width"))));
    // A unique over another column.
    let other = "migrations.AddField('Book', 'size', models.IntegerField(unique=True, null=True))";
    let plain = fields.replace("unique=True", "");
    let operations = format!("{once}, {other}, {}", rename("length", "width"));
    let all = second((3, 2), Dialect::Mariadb, &plain, &operations);
    assert!(!all.iter().any(|it| it == lost), "{all:#?}");
    let on_mysql = second((3, 2), Dialect::Mysql, fields, &twice);
    assert!(!on_mysql.iter().any(|it| it == lost), "{on_mysql:#?}");
}

/// Django compares it with `None`, and says the whole column without its check.
#[test]
fn an_empty_comment_is_another_than_none() {
    let fields = "('id', models.AutoField(primary_key=True)), ('size', models.PositiveIntegerField())";
    let alter = "migrations.AlterField('Book', 'size', models.PositiveIntegerField(db_comment=''))";
    let on = |django, dialect| second(django, dialect, fields, alter);
    assert_eq!(on((4, 2), Dialect::Mariadb), ["shop_book - check size"]);
    assert_eq!(on((4, 1), Dialect::Mariadb), [""; 0]);
    assert_eq!(on((4, 2), Dialect::Postgres), [""; 0]);
}

/// Two apps, of which neither waits for the other: the one takes a key away, the other points a foreign key elsewhere.
#[test]
fn a_foreign_key_that_may_have_gone_with_its_target_is_not_expected_on_postgres() {
    let create = "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Author', fields=[('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('Editor', fields=[('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('Book', fields=[
            ('id', models.AutoField(primary_key=True)),
            ('by', models.ForeignKey('shop.Author', models.CASCADE)),
        ]),
    ]
";
    let moved = "class Migration(migrations.Migration):
    dependencies = [('shop', '1_create')]
    operations = [migrations.AlterField('Book', 'by', models.ForeignKey('shop.Editor', models.CASCADE))]
";
    let gone = "class Migration(migrations.Migration):
    dependencies = [('shop', '1_create')]
    operations = [
        migrations.RemoveField('Author', 'id'),
        migrations.AddField('Author', 'code', models.SlugField(primary_key=True)),
    ]
";
    let on = |dialect, files: &[(&str, &str)]| {
        let all = lines(&project_of((5, 2), dialect, "", files));
        let of_book = |it: &&String| it.contains("shop_book") && !it.starts_with("1_create");
        all.iter().filter(of_book).cloned().collect::<Vec<_>>()
    };
    let why = "the foreign key of by_id got another target or went with its old one: no dependency says which came first";
    let all = on(Dialect::Postgres, &[("1_create", create), ("2_moved", moved), ("3_gone", gone)]);
    let wanted = [
        "2_moved: shop_book - -> by name".to_owned(),
        "2_moved: shop_book + by_id -> shop_editor".to_owned(),
        "3_gone: shop_book - -> by name".to_owned(),
        format!("3_gone: {why} ?? shop_book"),
    ];
    assert_eq!(all, wanted);
    let all = on(Dialect::Postgres, &[("1_create", create), ("2_gone", gone), ("3_moved", moved)]);
    let wanted = ["2_gone: shop_book - -> by name".to_owned(), format!("3_moved: {why} ?? shop_book")];
    assert_eq!(all[..2], wanted, "{all:?}");
    // Where it is known, it is known.
    let after = moved.replace("1_create", "2_gone");
    let all = on(Dialect::Postgres, &[("1_create", create), ("2_gone", gone), ("3_moved", &after)]);
    assert!(!all.iter().any(|it| it.contains("??")), "{all:?}");
}

/// `_constraint_names(index=True)` spares what `Meta.indexes` names, and a unique of MySQL is an index to it.
#[test]
fn an_index_that_a_field_loses_takes_a_unique_of_mysql_with_it() {
    let fields = "('id', models.AutoField(primary_key=True)), ('size', models.IntegerField(db_index=True))";
    let operations = "migrations.AddConstraint('Book', models.UniqueConstraint(fields=['size'], name='one')), \
                      migrations.AddConstraint('Book', models.UniqueConstraint(fields=['size', 'id'], name='two')), \
                      migrations.AlterField('Book', 'size', models.IntegerField())";
    let on = |dialect| second((5, 2), dialect, fields, operations).split_off(2);
    let by_name = ["shop_book - index by name", "shop_book - unique by name"];
    assert_eq!(on(Dialect::Mariadb), by_name);
    assert_eq!(on(Dialect::Mysql), by_name);
    assert_eq!(on(Dialect::Postgres), [by_name[0]]);
}

/// `_field_should_be_altered`: the end that stays as it is keeps its foreign key, by whose name SQL may drop it.
#[test]
fn a_many_to_manys_other_end_keeps_the_name_of_its_foreign_key() {
    let fields = "('id', models.AutoField(primary_key=True))]), migrations.CreateModel('Shelf', fields=[\
                  ('id', models.AutoField(primary_key=True)), ('books', models.ManyToManyField('shop.Book'))";
    let rename = "migrations.RenameModel('Shelf', 'Rack')";
    let of_keys = |django| {
        let all = second(django, Dialect::Postgres, fields, rename);
        all.into_iter().filter(|it| it.contains("constraint to")).collect::<Vec<_>>()
    };
    let near = |django| of_keys(django).iter().filter(|it| it.contains("rack_id")).count();
    let far = |django| of_keys(django).iter().filter(|it| it.contains("book_id")).count();
    assert_eq!([near((5, 2)), far((5, 2))], [1, 0]);
    assert_eq!([near((3, 0)), far((3, 0))], [1, 1]);
}

/// `_create_fk_sql(…, "_fk")`: Django asks which foreign keys there are to drop, and makes one for each relation.
#[test]
fn a_key_that_changes_its_type_brings_back_the_foreign_keys_that_a_cascade_took() {
    let fields = "('id', models.AutoField(primary_key=True)), ('code', models.CharField(max_length=9))]), \
                  migrations.CreateModel('Page', fields=[('id', models.AutoField(primary_key=True)), \
                  ('book', models.ForeignKey('shop.Book', models.CASCADE))";
    let to_key = "migrations.RemoveField('Book', 'id'), \
                  migrations.AlterField('Book', 'code', models.CharField(max_length=9, primary_key=True))";
    let longer = "migrations.AlterField('Book', 'code', models.CharField(max_length=20, primary_key=True))";
    let wanted = "shop_page + book_id -> shop_book";
    for django in [(3, 2), (4, 2), (5, 2)] {
        let of_page = |operations: &str| second(django, Dialect::Postgres, fields, operations);
        assert!(!of_page(to_key).iter().any(|it| it == wanted), "{django:?}");
        let all = of_page(&format!("{to_key}, {longer}"));
        assert_eq!(all.iter().filter(|it| *it == wanted).count(), 1, "{django:?}: {all:?}");
    }
}

/// Django drops whatever foreign key stands on the column, and makes one to what the models say.
#[test]
fn a_foreign_key_that_is_made_anew_leads_to_the_table_that_the_models_say() {
    let first = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Book', [('id', models.BigAutoField(primary_key=True))]),
        migrations.CreateModel('Page', [
            ('id', models.BigAutoField(primary_key=True)),
            ('book', models.ForeignKey('shop.Book', on_delete=models.CASCADE)),
        ]),
        migrations.AlterModelOptions('Book', {'managed': False}),
        migrations.AlterModelTable('Book', 'elsewhere'),
    ]
";
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AlterField('Page', 'book', models.OneToOneField('shop.Book', on_delete=models.CASCADE))]
";
    for dialect in [Dialect::Postgres, Dialect::Mariadb] {
        let all = lines(&project_of((3, 2), dialect, "", &[("1", first), ("2", second)]));
        let second: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        let keys: Vec<_> = second.into_iter().filter(|it| it.contains("->")).collect();
        assert_eq!(keys, ["shop_page - -> by name", "shop_page + book_id -> elsewhere"], "{dialect}");
    }
}

/// Django 3.2 lets the types of those alone that point at what points at a key, so that a column may be of another than the
/// models say; and a field knows the type of its target also when that is deleted.
#[test]
fn a_key_to_another_model_of_the_same_type_changes_no_type_where_the_old_one_is_deleted_first() {
    let first = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Root', [('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('Middle', [('root', models.OneToOneField('shop.Root', primary_key=True, on_delete=models.CASCADE))]),
        migrations.CreateModel('Leaf', [
            ('id', models.BigAutoField(primary_key=True)),
            ('to', models.ForeignKey('shop.Middle', on_delete=models.CASCADE)),
        ]),
    ]
";
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.AlterField('Root', 'id', models.BigAutoField(primary_key=True)),
        migrations.CreateModel('Other', [('root', models.OneToOneField('shop.Root', primary_key=True, on_delete=models.CASCADE))]),
        migrations.DeleteModel('Middle'),
        migrations.AlterField('Leaf', 'to', models.ForeignKey('shop.Other', on_delete=models.CASCADE)),
    ]
";
    let all = lines(&project_of((3, 2), Dialect::Postgres, "", &[("1", first), ("2", second)]));
    let altered: Vec<_> = all.iter().filter(|it| it.contains('~')).collect();
    assert_eq!(
        altered,
        ["2: shop_root ~ id bigint NOT NULL AUTO INCREMENT", "2: shop_middle ~ root_id bigint NOT NULL"]
    );
}

/// InnoDB's own index under a foreign key, unless SQL drops that too, or another index begins with the column.
#[test]
fn an_index_stays_where_sql_drops_a_foreign_key_on_mysql() {
    let first = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Book', [('id', models.BigAutoField(primary_key=True))]),
        migrations.CreateModel('Page', [
            ('id', models.BigAutoField(primary_key=True)),
            ('book', models.ForeignKey('shop.Book', on_delete=models.CASCADE)),
            ('only', models.OneToOneField('shop.Book', on_delete=models.CASCADE)),
        ]),
        migrations.CreateModel('Cover', [('book', models.OneToOneField('shop.Book', primary_key=True, on_delete=models.CASCADE))]),
    ]
";
    let compiled = |sql: &str| {
        let second = format!(
            "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunSQL('{sql}')]
"
        );
        project_on(Dialect::Mariadb, "", &[("1", first), ("2", &second)])
    };
    let made = compiled("SELECT 1");
    let keys = made.migrations[0].operations.iter().filter_map(|it| match it {
        Operation::Change(Change::AddForeignKey { table, foreign_key }) => {
            Some((table.to_string(), foreign_key.name.clone()?))
        }
        _ => None,
    });
    let keys: Vec<_> = keys.collect();
    let drop = |at: usize| format!("ALTER TABLE {} DROP FOREIGN KEY {};", keys[at].0, keys[at].1);
    let told = |sql: &str| -> Vec<String> {
        let all = lines(&compiled(sql));
        all.iter().filter_map(|it| it.strip_prefix("2: ")).map(str::to_owned).collect()
    };
    assert_eq!(keys.len(), 3);
    assert_eq!(told(&drop(0)), ["shop_page - -> by name", "shop_page + index book_id"]);
    let index_too = format!("{} ALTER TABLE shop_page DROP INDEX {};", drop(0), keys[0].1);
    assert_eq!(told(&index_too), ["shop_page - -> by name"]);
    assert_eq!(told(&drop(1)), ["shop_page - -> by name"]);
    assert_eq!(told(&drop(2)), ["shop_cover - -> by name"]);
}
