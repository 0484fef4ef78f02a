//! What django-postgres-extra's operations make.

use super::{compiled, line, write};
use crate::migration::Operation;
use crate::schema::{Change, TableKind};

/// The library's modules as far as a migration names them, and one app.
fn operations(body: &str) -> Vec<Operation> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("settings.py", "INSTALLED_APPS = ['shop']\n");
    for package in ["", "/backend", "/backend/migrations", "/backend/migrations/operations"] {
        write(&format!("psqlextra{package}/__init__.py"), "");
    }
    write(
        "psqlextra/types.py",
        "from enum import Enum\nclass PostgresPartitioningMethod(Enum):\n    RANGE = 'range'\n",
    );
    let model = |name: &str, options: &str| {
        format!(
            "
class {name}(CreateModel):
    def __init__(self, name, fields, options=None, {options}={{}}, bases=None, managers=None):
        super().__init__(name, fields, options, bases, managers)
        self.{options} = {options} or {{}}

    def state_forwards(self, app_label, state):
        state.add_model(Own(app_label=app_label, name=self.name, fields=list(self.fields)))

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        schema_editor.create_own_model(model)
"
        )
    };
    write(
        "psqlextra/backend/migrations/operations/all.py",
        &format!(
            "from django.db.migrations.operations.models import CreateModel
from django.db.migrations.operations.base import Operation
{}{}
class PostgresAddDefaultPartition(Operation):
    def __init__(self, model_name, name):
        self.name = name

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.add_default_partition(to_state.apps.get_model(app_label, self.name))

class ApplyState(Operation):
    def __init__(self, state_operation):
        self.state_operation = state_operation

    def state_forwards(self, app_label, state):
        self.state_operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass
",
            model("PostgresCreatePartitionedModel", "partitioning_options"),
            model("PostgresCreateViewModel", "view_options"),
        ),
    );
    write("shop/__init__.py", "");
    write("shop/migrations/__init__.py", "");
    write(
        "shop/migrations/0001.py",
        &format!(
            "from django.db import migrations, models
import psqlextra.types
from psqlextra.backend.migrations.operations.all import *
ID = ('id', models.AutoField(primary_key=True))
class Migration(migrations.Migration):
    operations = [{body}]
"
        ),
    );
    let compiled = compiled(folder.path());
    assert!(compiled.notices.is_empty(), "{:#?}", compiled.notices);
    compiled.migrations[0].operations.clone()
}

#[test]
fn the_key_of_a_partitioned_table_ends_with_what_it_is_partitioned_by() {
    let made = operations(
        "PostgresCreatePartitionedModel('Visit', [ID, ('at', models.DateTimeField())],
            partitioning_options={'method': psqlextra.types.PostgresPartitioningMethod['RANGE'], 'key': ['at']}),
         PostgresAddDefaultPartition(model_name='Visit', name='default'),
         migrations.AddField('visit', 'who', models.IntegerField(null=True))",
    );
    let [Operation::Change(Change::CreateTable(table)), last] = &*made else { panic!("{made:?}") };
    assert_eq!(table.kind, TableKind::Partitioned);
    assert_eq!(table.primary_key.as_ref().unwrap().columns, ["id".into(), "at".into()]);
    assert_eq!(line(last), "shop_visit + who integer NULL");
}

#[test]
fn a_view_is_no_table() {
    let made = operations(
        "PostgresCreateViewModel('Visit', [ID], view_options={'query': ('SELECT 1', ())}),
         ApplyState(state_operation=migrations.AddField('visit', 'who', models.IntegerField(null=True)))",
    );
    assert!(made.is_empty(), "{made:?}");
}
