from functools import partial
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
import itertools, operator


class AddNullable(migrations.AddField):
    """forces null"""
    def __init__(self, model_name, name, field, preserve_default=True):
        field.null = True
        super().__init__(model_name, name, field, preserve_default)


class AddBoth(Operation):
    """Wrapper that holds other operations."""
    def __init__(self, *ops):
        self.ops = ops

    def deconstruct(self):
        return self.__class__.__qualname__, list(self.ops), {}

    def state_forwards(self, app_label, state):
        for op in self.ops:
            op.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for op in self.ops:
            to_state = from_state.clone()
            op.state_forwards(app_label, to_state)
            op.database_forwards(app_label, schema_editor, from_state, to_state)
            from_state = to_state

    def database_backwards(self, *a, **k):
        pass


class OnlyOn(Operation):
    def __init__(self, vendor, operation):
        self.vendor = vendor
        self.operation = operation

    def state_forwards(self, app_label, state):
        self.operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == self.vendor:
            self.operation.database_forwards(app_label, schema_editor, from_state, to_state)


class StateOnly:
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        return None


class StateAdd(StateOnly, migrations.AddField):
    pass


class DbOnly:
    def state_forwards(self, app_label, state):
        pass


class AddFieldDefault(migrations.AddField):
    def __init__(self, model_name, name, **kw):
        super().__init__(model_name=model_name, name=name, field=models.IntegerField(default=kw.get("default", 0)))


class CreateWithId(migrations.CreateModel):
    def __init__(self, name, fields, options=None, bases=None, managers=None):
        fields = [("id", models.BigAutoField(primary_key=True)), *fields]
        super().__init__(name, fields, options, bases, managers)


class CreateOther(migrations.CreateModel):
    """Adds timestamps in state_forwards."""
    def state_forwards(self, app_label, state):
        self.fields = list(self.fields) + [("created", models.DateTimeField(auto_now_add=True))]
        super().state_forwards(app_label, state)


class Conditional(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "oracle":
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class RenameAware(migrations.RenameField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        print("renamed") if False else None


class Noop(migrations.AlterField):
    def database_forwards(self, *args, **kwargs): ...


add_int = partial(migrations.AddField, "thing", field=models.IntegerField(null=True))

KINDS = {
    "int": lambda name: migrations.AddField("thing", name, models.IntegerField(null=True)),
    "text": lambda name: migrations.AddField("thing", name, models.TextField(null=True)),
    "char": partial(migrations.AddField, "thing", field=models.CharField(max_length=9, null=True)),
}


def generate(model, *names):
    for name in names:
        yield migrations.AddField(model, name, models.SmallIntegerField(null=True))


def generate_more(model):
    yield from generate(model, "gm_a", "gm_b")
    yield migrations.AlterField(model, "gm_a", models.BigIntegerField(null=True))


def make(cls=migrations.AddField, /, *, model, fields: dict):
    return [cls(model_name=model, name=n, field=f) for n, f in fields.items()]


def decorator(fn):
    def wrapped(*args, **kwargs):
        result = fn(*args, **kwargs)
        return result + [migrations.AddField("thing", "by_decorator", models.DateField(null=True))]
    return wrapped


@decorator
def decorated():
    return [migrations.AddField("thing", "decorated", models.DateField(null=True))]


class Factory:
    model = "thing"

    def __init__(self, prefix):
        self.prefix = prefix

    def __call__(self, n):
        return migrations.AddField(self.model, f"{self.prefix}_{n:02d}", models.FloatField(null=True))

    @classmethod
    def build(cls, prefix, count):
        self = cls(prefix)
        return list(map(self, range(count)))

    @property
    def one(self):
        return self(99)

    @staticmethod
    def static(name):
        return migrations.AddField("thing", name, models.FloatField(null=True))
