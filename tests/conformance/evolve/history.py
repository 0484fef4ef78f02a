"""The steps of a random project: it is made, migrated, changed, taken back, faked and squashed."""

import contextlib
import importlib
import io

from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import InvalidBasesError

from . import fields, files, layout, mutations
from .fields import MYSQL, POSTGRES, SQLITE, FieldSpec
from .project import Dice, ModelSpec, ProjectSpec

OTHERS = ("contenttypes", "auth")


class History:
    def __init__(self, seed, folder, labels, user):
        self.dice = Dice(seed)
        self.folder, self.labels, self.user = folder, labels, user
        self.project = ProjectSpec(labels, user)
        self.number = 0
        self.log = (folder / "log.txt").open("a")

    def tell(self, line):
        print(line, file=self.log, flush=True)

    def steps(self, count):
        self.prepare()
        told = 0
        for _ in range(4 * count):
            if told >= count:
                return
            try:
                for line in self.step(first=told == 0):
                    told += 1
                    yield line
            except Exception as error:  # noqa: BLE001: Django itself is lost in what it was given
                self.tell(f"the end: {type(error).__name__}: {error}")
                return

    def step(self, first):
        roll = self.dice.random()
        if first:
            yield from self.evolve(self.dice.between(2, 5), create=True)
        elif roll < 0.08:
            yield from self.back()
        elif roll < 0.15:
            yield from self.evolve(self.dice.between(1, 3), fake=True)
        elif roll < 0.19:
            yield from self.squash()
        elif roll < 0.21:
            yield from self.change_default_key()
        else:
            yield from self.evolve(self.dice.between(1, 4))

    def prepare(self):
        if self.user != "auth.User":
            person = ModelSpec(self.labels[0], "Person")
            person.fields = {
                "id": self.dice.choice([fields.KEYS[0], fields.KEYS[1], fields.KEYS[4]])(),
                "password": FieldSpec(models.CharField, max_length=128, verbose_name="password"),
                "last_login": FieldSpec(models.DateTimeField, blank=True, null=True),
                "username": FieldSpec(models.CharField, max_length=50, unique=True),
            }
            person.options["swappable"] = "AUTH_USER_MODEL"
            self.project.add(person)
        if POSTGRES:
            from django.contrib.postgres.operations import BtreeGistExtension, CITextExtension, HStoreExtension

            migration = Migration("0001_extensions", self.labels[-1])
            migration.operations = [BtreeGistExtension(), CITextExtension(), HStoreExtension()]
            files.write(self.folder, layout.package(self.labels[-1]), migration)

    # Migrating

    def loader(self):
        importlib.invalidate_caches()
        return MigrationLoader(connection)

    def migrate(self, targets=None, fake=False):
        importlib.invalidate_caches()
        executor = MigrationExecutor(connection)
        executor.migrate(targets or executor.loader.graph.leaf_nodes(), fake=fake)

    def undo(self, error, migrations):
        """Sees to it that nothing of the migrations, which failed with `error`, is left in the database."""
        early = isinstance(error, (InvalidBasesError, NodeNotFoundError)) or "lazy reference" in str(error)
        applied = MigrationExecutor(connection).loader.applied_migrations
        partly = any((app, it.name) in applied or not it.atomic for app, it in migrations)
        if partly or (MYSQL and not early):
            self.rebuild()

    def rebuild(self):
        """After Django has failed half-way: the database anew, from the files."""
        connection.closed_in_transaction = connection.in_atomic_block = False
        connection.close()
        connection.connect()
        if SQLITE:
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA foreign_keys = OFF")
                cursor.execute(tables)
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
        elif MYSQL:
            with connection.cursor() as cursor:
                cursor.execute("SET foreign_key_checks = 0")
                cursor.execute("SHOW TABLES")
                for (name,) in cursor.fetchall():
                    cursor.execute("DROP TABLE " + connection.ops.quote_name(name).replace("%", "%%"))
                cursor.execute("SET foreign_key_checks = 1")
        else:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE")
                cursor.execute("CREATE SCHEMA public")
        self.migrate()

    def others(self):
        """The model states of the apps that are not the project's."""
        state = self.loader().project_state()
        return [it for (app, _), it in state.models.items() if app in OTHERS]

    # Steps

    def evolve(self, changes, create=False, fake=False):
        """Edits the models and migrates; what Django does not carry out is undone."""
        self.number += 1
        project = self.project.copy()
        project.renames = []
        done, others = [], self.others()
        for _ in range(20):
            mutation = mutations.create_model if create else mutations.mutate
            trial = project.copy()
            did = mutation(self.dice, trial)
            if did and self.stands(trial, did, others):
                project = trial
                done.append(did)
                if len(done) == changes:
                    break
        name = f"step_{self.number}"
        try:
            loader = self.loader()
            before = loader.project_state()
            found = files.detect(self.dice, project, loader, before.clone(), others, name)
        except Exception as error:  # noqa: BLE001: whatever Django says of impossible models
            self.tell(f"{name}: not written: {done}: {type(error).__name__}: {error}")
            return
        migrations = [(app, it) for app in found for it in found[app]]
        if not migrations:
            return
        if len(migrations) == 1 and not create:
            try:
                how = files.reword(self.dice, migrations[0][1], before)
            except Exception as error:  # noqa: BLE001
                self.tell(f"{name}: not reworded: {type(error).__name__}: {error}")
                how = ""
            if how:
                done.append(how)
        paths = [files.write(self.folder, layout.package(app), it) for app, it in migrations]
        names = [f"{app}.{it.name}" for app, it in migrations]
        try:
            if fake:
                self.migrate(fake=True)
                yield "faked", " ".join(names), "; ".join(done)
                recorder = MigrationExecutor(connection).recorder
                for app, it in migrations:
                    recorder.record_unapplied(app, it.name)
            self.migrate()
        except Exception as error:  # noqa: BLE001: whatever the server refuses
            self.tell(f"{name}: refused: {done}: {type(error).__name__}: {error}")
            for path in paths:
                path.unlink()
            self.undo(error, migrations)
            return
        self.project = project
        self.tell(f"{name}: {' '.join(names)}: {done}")
        yield "migrated", name, "; ".join(done)

    def stands(self, project, did, others):
        """Whether Django takes the models at all."""
        try:
            project.state(others)
        except Exception as error:  # noqa: BLE001: whatever Django says of impossible models
            self.tell(f"impossible: {did}: {type(error).__name__}: {error}")
            return False
        return True

    def applied(self, loader, app):
        """The app's applied migrations, the oldest first."""
        nodes = [key for key in loader.graph.nodes if key[0] == app and key in loader.applied_migrations]
        leaf = loader.graph.leaf_nodes(app)
        order = loader.graph.forwards_plan(leaf[0]) if leaf else []
        return [key for key in order if key in nodes]

    def back(self):
        """Takes an app back to an older migration, and forward again."""
        loader = self.loader()
        app = self.dice.choice(self.labels)
        applied = self.applied(loader, app)
        if len(applied) < 2:
            return
        target = self.dice.choice(applied[:-1])
        try:
            self.migrate([target])
        except Exception as error:  # noqa: BLE001: what cannot be undone
            self.tell(f"back to {target}: refused: {type(error).__name__}: {error}")
            self.rebuild()
            return
        self.tell(f"back to {target}")
        yield "back", ".".join(target), ""
        try:
            self.migrate()
        except Exception as error:  # noqa: BLE001: names that are still taken, and the like
            self.tell(f"forward from {target}: refused: {type(error).__name__}: {error}")
            self.rebuild()
        yield "migrated", "forward from " + ".".join(target), ""

    def squash(self):
        loader = self.loader()
        app = self.dice.choice(self.labels)
        applied = [key for key in self.applied(loader, app) if not loader.graph.nodes[key].replaces]
        if len(applied) < 3:
            return
        first = self.dice.between(0, len(applied) - 2)
        last = self.dice.between(first + 1, len(applied) - 1)
        folder = self.folder / layout.package(app) / "migrations"
        old = set(folder.iterdir())
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                call_command(
                    "squashmigrations", app, applied[first][1], applied[last][1], interactive=False,
                    no_optimize=self.dice.chance(0.3), verbosity=0, stdout=io.StringIO(),
                )  # fmt: skip
            self.migrate()
        except (Exception, SystemExit) as error:  # noqa: BLE001: circles of dependencies, and the like
            self.tell(f"squash {app}: refused: {type(error).__name__}: {error}")
            for path in set(folder.iterdir()) - old:
                if path.is_file():
                    path.unlink()
            return
        self.tell(f"squashed {app} {applied[first][1]} to {applied[last][1]}")
        yield "migrated", f"squashed {app} {applied[first][1]} to {applied[last][1]}", ""

    def change_default_key(self):
        """DEFAULT_AUTO_FIELD changes: automatic tables that stand keep what they have."""
        key = "AutoField" if settings.DEFAULT_AUTO_FIELD.endswith("BigAutoField") else "BigAutoField"
        layout.settings(self.folder, list(settings.INSTALLED_APPS), self.user, key)
        settings.DEFAULT_AUTO_FIELD = f"django.db.models.{key}"
        self.tell(f"DEFAULT_AUTO_FIELD is {key}")
        yield "migrated", f"DEFAULT_AUTO_FIELD is {key}", ""
