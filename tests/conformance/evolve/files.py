"""The project's files, and the migrations in them as Django's own autodetector writes them."""

from django.db import connection
from django.db.migrations import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import AddIndex
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.writer import MigrationWriter
from django.db.models import NOT_PROVIDED

from . import fields
from .fields import POSTGRES


class Questioner(MigrationQuestioner):
    """Answers as the person does who has just edited the models."""

    def __init__(self, dice, project):
        super().__init__(specified_apps=set(project.apps))
        self.dice, self.project = dice, project

    def _value(self, model_name, field_name):
        for model in self.project.models.values():
            if model.name.lower() == model_name.lower() and field_name in model.fields:
                spec = model.fields[field_name]
                return fields.value_of(self.dice, spec)
        return 1

    def ask_not_null_addition(self, field_name, model_name):
        return self._value(model_name, field_name)

    def ask_not_null_alteration(self, field_name, model_name):
        return self._value(model_name, field_name) if self.dice.chance(0.5) else NOT_PROVIDED

    def ask_rename(self, model_name, old_name, new_name, field_instance):
        renamed = {(old, new) for kind, *_, old, new in self.project.renames if kind == "field"}
        return (old_name, new_name) in renamed

    def ask_rename_model(self, old_model_state, new_model_state):
        old = f"{old_model_state.app_label}.{old_model_state.name}"
        new = f"{new_model_state.app_label}.{new_model_state.name}"
        return ("model", old, new) in self.project.renames

    def ask_auto_now_add_addition(self, field_name, model_name):
        from django.utils import timezone

        return timezone.now

    def ask_unique_callable_default_addition(self, field_name, model_name):
        return self._value(model_name, field_name)


def detect(dice, project, loader, before, others, name):
    """The migrations that `makemigrations` would write, by app."""
    after = project.state(others)
    detector = MigrationAutodetector(before, after, Questioner(dice, project))
    changes = detector.changes(loader.graph, trim_to_apps=set(project.apps), convert_apps=set(project.apps), migration_name=name)
    # So that the order in which the steps were taken is the order of the plan.
    leaves = [leaf for app in project.apps for leaf in loader.graph.leaf_nodes(app)]
    for app, migrations in changes.items():
        for migration in migrations:
            migration.dependencies += [it for it in leaves if it[0] != app and it not in migration.dependencies]
    return {app: migrations for app, migrations in changes.items() if app in project.apps}


def write(folder, app, migration):
    path = folder / app / "migrations" / f"{migration.name}.py"
    path.write_text(MigrationWriter(migration, include_header=False).as_string())
    return path


def statements(migration, state):
    """What the migration says to the database that stands now, as `sqlmigrate` prints it."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def reword(dice, migration, state):
    """Makes some of the migration's operations what a person would have written; what was done."""
    roll = dice.random()
    operations = migration.operations
    if not operations:
        return ""
    if roll < 0.12:
        lines = statements(migration, state.clone())
        if not lines or any("CANNOT BE WRITTEN" in it for it in lines):
            return ""
        sql = lines if dice.chance(0.5) else "\n".join(lines)
        migration.operations = [RunSQL(sql, state_operations=operations, elidable=dice.chance(0.2))]
        return "as SQL"
    if roll < 0.2:
        migration.operations = [SeparateDatabaseAndState(database_operations=operations, state_operations=operations)]
        return "separated"
    if roll < 0.26:
        at = dice.between(0, len(operations))
        migration.operations = operations[:at] + [SeparateDatabaseAndState(operations[at:], operations[at:])]
        return "separated in part"
    if roll < 0.32:
        migration.operations.insert(dice.between(0, len(operations)), RunPython(RunPython.noop, RunPython.noop, elidable=True))
        return "with code"
    if roll < 0.38 and POSTGRES and all(type(it).__name__ in ("AddIndex", "RemoveIndex") for it in operations):
        from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently

        migration.operations = [
            AddIndexConcurrently(it.model_name, it.index) if isinstance(it, AddIndex) else RemoveIndexConcurrently(it.model_name, it.name)
            for it in operations
        ]
        migration.atomic = False
        return "concurrently"
    if roll < 0.44:
        migration.atomic = False
        return "not atomic"
    return ""
