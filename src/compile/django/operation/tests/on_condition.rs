//! Operations and code of a project's own that ask the database first.

use super::check_class;

const IF_MISSING: &str = "
def _columns(schema_editor, table):
    with schema_editor.connection.cursor() as cursor:
        return {it.name for it in schema_editor.connection.introspection.get_table_description(cursor, table)}

def _constraints(schema_editor, table):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))

class CreateModelIfMissing(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        if model._meta.db_table in schema_editor.connection.introspection.table_names():
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddFieldIfMissing(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if field.column not in _columns(schema_editor, model._meta.db_table):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddIndexIfMissing(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.index.name not in _constraints(schema_editor, model._meta.db_table):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class RemoveFieldIfThere(migrations.RemoveField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        table = model._meta.db_table
        column = model._meta.get_field(self.name).column
        with schema_editor.connection.cursor() as cursor:
            if table not in schema_editor.connection.introspection.table_names(cursor):
                return
        if column not in _columns(schema_editor, table):
            return
        return super().database_forwards(app_label, schema_editor, from_state, to_state)
";

#[test]
fn what_makes_only_what_is_missing_and_takes_only_what_is_there_is_certain() {
    check_class(
        IF_MISSING,
        "
        CreateModelIfMissing('Tag', [('id', models.BigAutoField(primary_key=True))]),
        CreateModelIfMissing('Twin', [('id', models.BigAutoField(primary_key=True))], options={'db_table': 'shop_tag'}),
        AddFieldIfMissing('item', 'tag', models.ForeignKey('shop.Tag', models.CASCADE, null=True)),
        AddFieldIfMissing('item', 'same', models.IntegerField(db_column='tag_id', null=True)),
        AddIndexIfMissing('item', models.Index(fields=['name'], name='by_name')),
        AddIndexIfMissing('item', models.Index(fields=['name', 'code'], name='by_name')),
        RemoveFieldIfThere('item', 'code'),
    ",
        &[
            "create shop_tag: id",
            "shop_item + tag_id bigint NULL",
            "shop_item + tag_id -> shop_tag",
            "shop_item + index name",
            "shop_item - code",
            "shop_item + index tag_id",
        ],
    );
}

#[test]
fn what_hangs_on_something_else_may_not_be_done() {
    check_class(
        "
class AddFieldUnlessLegacy(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if 'legacy' not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddFieldIfLegacy(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if 'legacy' in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)
",
        "AddFieldUnlessLegacy('item', 'size', models.IntegerField(null=True)),
        AddFieldIfLegacy('item', 'weight', models.IntegerField(null=True)),",
        &[
            "shop_item + size integer NULL",
            "whether it is done hangs on what was in the database ?? shop_item -size (its own too)",
        ],
    );
}

#[test]
fn operations_that_hold_others_may_ask_for_each() {
    check_class(
        "
class SkipIfTableExists(migrations.SeparateDatabaseAndState):
    def __init__(self, table, operations):
        self.table = table
        super().__init__(database_operations=operations, state_operations=operations)
    def _table_exists(self, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            return self.table in schema_editor.connection.introspection.table_names(cursor)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if self._table_exists(schema_editor):
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class ApplyMissing(migrations.SeparateDatabaseAndState):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        state = from_state.clone()
        for operation in self.state_operations:
            next_state = state.clone()
            operation.state_forwards(app_label, next_state)
            name = operation.name if isinstance(operation, migrations.CreateModel) else operation.model_name
            model = next_state.apps.get_model(app_label, name)
            table = model._meta.db_table
            introspection = schema_editor.connection.introspection
            if isinstance(operation, migrations.CreateModel):
                missing = table not in introspection.table_names()
            elif isinstance(operation, migrations.AddField):
                columns = {it.name for it in introspection.get_table_description(None, table)}
                missing = model._meta.get_field(operation.name).column not in columns
            else:
                raise TypeError(operation)
            if missing:
                operation.database_forwards(app_label, schema_editor, state, next_state)
            state = next_state
",
        "
        SkipIfTableExists('shop_tag', [
            migrations.CreateModel('Tag', [('id', models.BigAutoField(primary_key=True)), ('n', models.IntegerField())]),
            migrations.AddIndex('tag', models.Index(fields=['n'], name='tag_n')),
        ]),
        ApplyMissing(state_operations=[
            migrations.CreateModel('Lab', [('id', models.BigAutoField(primary_key=True))]),
            migrations.AddField('lab', 'size', models.IntegerField(null=True)),
            migrations.AddField('item', 'lab', models.IntegerField(db_column='code', null=True)),
        ]),
    ",
        &["create shop_tag: id n", "shop_tag + index n", "create shop_lab: id", "shop_lab + size integer NULL"],
    );
}

#[test]
fn code_of_a_class_may_be_given_the_models_afterwards() {
    check_class(
        "
class RunPythonToState(migrations.RunPython):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        to_state.clear_delayed_apps_cache()
        if self.code is not None:
            self.code(to_state.apps, schema_editor)

class AddFieldIfMissing(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        field = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
        introspection = schema_editor.connection.introspection
        if field.many_to_many:
            if field.remote_field.through._meta.db_table in introspection.table_names():
                return
        elif field.column in {it.name for it in introspection.get_table_description(None, 'shop_item')}:
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddIndexOnline(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.add_index(model, self.index, concurrently=True)

class SafeRemoveIndex(migrations.RemoveIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        state = from_state.models[app_label, self.model_name_lower]
        index = state.get_index_by_name(self.name)
        if self.name in schema_editor.connection.introspection.get_constraints(None, model._meta.db_table):
            schema_editor.remove_index(model, index)

class RemoveFieldOrSkip(migrations.RemoveField):
    def state_forwards(self, app_label, state):
        try:
            super().state_forwards(app_label, state)
        except KeyError:
            pass

def adds(apps, schema_editor):
    schema_editor.execute('ALTER TABLE %s ADD COLUMN made integer' % apps.get_model('shop', 'Item')._meta.db_table)
",
        "
        RunPythonToState(adds),
        AddFieldIfMissing('item', 'others', models.ManyToManyField('shop.Item')),
        AddFieldIfMissing('item', 'plain', models.IntegerField(null=True)),
        AddIndexOnline('item', models.Index(fields=['code'], name='by_code')),
        SafeRemoveIndex('item', 'by_code'),
        RemoveFieldOrSkip('item', 'name'),
    ",
        &[
            "shop_item + made integer NULL",
            "create shop_item_others: id from_item_id to_item_id",
            "shop_item + plain integer NULL",
            "shop_item + index code",
            "shop_item - index by name",
            "shop_item - name",
            "shop_item_others + unique from_item_id to_item_id",
            "shop_item_others + from_item_id -> shop_item",
            "shop_item_others + to_item_id -> shop_item",
            "shop_item_others + index from_item_id",
            "shop_item_others + index to_item_id",
        ],
    );
}

/// `migrate` makes the ledger's table before anything else (`MigrationRecorder.ensure_schema`).
#[test]
fn the_ledger_is_there() {
    check_class(
        "
def asks(apps, schema_editor):
    if 'django_migrations' in schema_editor.connection.introspection.table_names():
        schema_editor.execute('DROP TABLE shop_item')
",
        "migrations.RunPython(asks)",
        &["drop shop_item"],
    );
}

/// Of branches of which one is taken, the one that the migrations lead to; what the others take away is in doubt.
#[test]
fn where_something_was_not_seen_through_the_likelier_branch_is_taken() {
    check_class(
        "
def there(schema_editor, column):
    rows = schema_editor.connection.introspection.get_table_description(None, 'shop_item')
    return column in {it.name for it in rows}

class RenameIfNeeded(migrations.RenameField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if there(schema_editor, self.new_name):
            return
        if there(schema_editor, self.old_name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        schema_editor.add_field(model, model._meta.get_field(self.new_name))

def drops(apps, schema_editor):
    if there(schema_editor, 'legacy'):
        schema_editor.execute('ALTER TABLE shop_item DROP COLUMN name')
",
        "migrations.RunSQL('SELECT unheard_of()'), RenameIfNeeded('item', 'code', 'number'), migrations.RunPython(drops)",
        &[
            "SQL `SELECT unheard_of()`: what unheard_of() does is not known ?? anything",
            "shop_item.code to number",
            "whether it is done hangs on what was in the database ?? shop_item -number (its own too)",
            "whether it is done hangs on what was in the database ?? shop_item -name -constraints (its own too)",
        ],
    );
}
