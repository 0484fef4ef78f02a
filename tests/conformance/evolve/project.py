"""A random project: its models as data, and what its state is to Django."""

import copy
import random

from django.db.migrations.state import ModelState, ProjectState

WORDS = """alpha amount author body box city code colour count day detail email end extra flag group height item key kind
label level limit line link mark moment name note number order owner page parent part path place price rank rate
reason role score select serial shape size slug source stage start state table tag text time title total type unit user
value week weight zone""".split()


class Dice(random.Random):
    """Chance, and names that nobody has yet."""

    def __init__(self, seed):
        super().__init__(seed)
        self.made = 0

    def chance(self, probability):
        return self.random() < probability

    def between(self, low, high):
        return self.randint(low, high)

    def some(self, items, most):
        """One to `most` of them, in any order."""
        items = list(items)
        return self.sample(items, min(len(items), self.between(1, most))) if items else []

    def fresh(self):
        self.made += 1
        return self.made

    def fresh_column(self):
        number = self.fresh()
        return self.choice([f"c{number}", f"Col{number}", f"a b{number}", f"größe{number}", f"order{number}", f"x{number}_" + "y" * 50])

    def fresh_index(self, kind="idx"):
        number = self.fresh()
        return self.choice([f"{kind}{number}", f"Named_{kind}_{number}", f"{kind} x{number}"][: 2 if kind == "idx" else 3])

    def fresh_field(self):
        number = self.fresh()
        name = f"{self.choice(WORDS)}{number}"
        return self.choice([name] * 8 + [name.title(), f"long_{'name_' * 9}{number}", f"naïve{number}"])

    def fresh_model(self):
        number = self.fresh()
        word = self.choice(WORDS).title()
        return self.choice([f"{word}{number}"] * 6 + [f"Very{'Long' * 11}{word}{number}"])

    def fresh_table(self):
        number = self.fresh()
        return self.choice([f"t{number}", f"Table{number}", f"tab le{number}", f"tëst{number}", f"t{number}_" + "z" * 52, f"shop_{number}"])


class ModelSpec:
    def __init__(self, app, name):
        self.app, self.name = app, name
        self.fields = {}
        self.bases = ()
        self.options = {}
        self.indexes, self.constraints = [], []

    @property
    def key(self):
        return f"{self.app}.{self.name}"

    @property
    def is_proxy(self):
        return bool(self.options.get("proxy"))

    @property
    def is_unmanaged(self):
        return self.options.get("managed") is False

    @property
    def is_composite(self):
        return "pk" in self.fields

    def names_in_use(self):
        """Fields that the options speak of."""
        used = set()
        for names in [*self.options.get("unique_together", ()), *self.options.get("index_together", ())]:
            used |= set(names)
        for it in [*self.indexes, *self.constraints]:
            used |= it.names()
        used.add(self.options.get("order_with_respect_to"))
        for spec in self.fields.values():
            if spec.is_generated:
                used |= set(spec.kwargs["expression"][1:])
            used |= set(spec.kwargs.get("parts", ()))
        return used

    def forget(self, name):
        """Takes the field, and all that speaks of it, away."""
        for option in ("unique_together", "index_together"):
            if option in self.options:
                self.options[option] = [it for it in self.options[option] if name not in it]
        self.indexes = [it for it in self.indexes if name not in it.names()]
        self.constraints = [it for it in self.constraints if name not in it.names()]
        if self.options.get("order_with_respect_to") == name:
            del self.options["order_with_respect_to"]
        for other, spec in list(self.fields.items()):
            if spec.is_generated and name in spec.kwargs["expression"][1:]:
                self.forget(other)
        self.fields.pop(name, None)

    def rename(self, old, new):
        self.fields = {new if name == old else name: spec for name, spec in self.fields.items()}
        for option in ("unique_together", "index_together"):
            if option in self.options:
                self.options[option] = [tuple(new if it == old else it for it in names) for names in self.options[option]]
        for it in [*self.indexes, *self.constraints]:
            it.rename(old, new)
        if self.options.get("order_with_respect_to") == old:
            self.options["order_with_respect_to"] = new
        for spec in self.fields.values():
            if spec.is_generated:
                kind, *names = spec.kwargs["expression"]
                spec.kwargs["expression"] = (kind, *[new if it == old else it for it in names])
            if "parts" in spec.kwargs:
                spec.kwargs["parts"] = [new if it == old else it for it in spec.kwargs["parts"]]

    def model_state(self):
        options = copy.deepcopy(self.options)
        for option in ("unique_together", "index_together"):
            if option in options:
                options[option] = {tuple(it) for it in options[option]}
        options["indexes"] = [it.build() for it in self.indexes if it.name]
        options["constraints"] = [it.build() for it in self.constraints]
        bases = tuple(it.lower() for it in self.bases) or None
        fields = [(name, spec.build()) for name, spec in self.fields.items()]
        return ModelState(self.app, self.name, fields, options, bases)


class ProjectSpec:
    def __init__(self, apps, user):
        self.apps = apps
        self.user = user
        self.models = {}
        # What was renamed since the last migration: `("model", old key, new key)`, `("field", model, old, new)`.
        self.renames = []

    def copy(self):
        return copy.deepcopy(self)

    def add(self, model):
        self.models[model.key] = model

    def own(self, concrete=True):
        return [it for it in self.models.values() if not (concrete and it.is_proxy)]

    def targets(self):
        """Keys of models that a relation may lead to."""
        own = [it.key for it in self.models.values() if not it.is_composite]
        return own + ["auth.Group", "contenttypes.ContentType", self.user]

    def pointing_at(self, key):
        """`(model, name of the field)` of each relation to the model."""
        for model in self.models.values():
            for name, spec in model.fields.items():
                if spec.kwargs.get("to") == key or spec.kwargs.get("through") == key:
                    yield model, name

    def children(self, key):
        return [it for it in self.models.values() if key in it.bases]

    def remove(self, key):
        for child in self.children(key):
            if child.key in self.models:
                self.remove(child.key)
        for model, name in list(self.pointing_at(key)):
            model.forget(name)
        # Whoever points to a field of the model by name is gone with it.
        self.models.pop(key, None)

    def move(self, old, new):
        """Whoever speaks of the model says its new key."""
        for model in self.models.values():
            model.bases = tuple(new if it == old else it for it in model.bases)
            for spec in model.fields.values():
                for word in ("to", "through"):
                    if spec.kwargs.get(word) == old:
                        spec.kwargs[word] = new
        if self.user == old:
            self.user = new

    def state(self, others):
        """The state that these models and the model states of `others` make, as `ProjectState.from_apps` has it."""
        models = {(key.app_label, key.name_lower): key for key in others}
        for spec in self.models.values():
            models[spec.app, spec.name.lower()] = spec.model_state()
        apps = ProjectState(models).apps
        for spec in self.models.values():
            model = apps.get_model(spec.app, spec.name)
            for made in (it.build() for it in spec.indexes if not it.name):
                made.set_name_with_model(model)
                model._meta.indexes.append(made)
                model._meta.original_attrs["indexes"] = model._meta.indexes
        return ProjectState.from_apps(apps)
