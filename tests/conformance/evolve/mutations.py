"""What a person does to models between two migrations, each as one change of the project's data."""

from django.db import models

from . import fields, metas
from .fields import MYSQL, VERSION, FieldSpec
from .project import ModelSpec


def pick(dice, project, concrete=True):
    found = project.own(concrete)
    return dice.choice(found) if found else None


def plain_fields(model):
    """Names of what may be altered freely."""
    return [name for name, spec in model.fields.items() if not spec.is_key and not spec.kwargs.get("parent_link")]


def referenced(project, model):
    """Names of the model's fields that a `to_field` leads to."""
    return {
        spec.kwargs["to_field"]
        for other in project.models.values()
        for spec in other.fields.values()
        if spec.kwargs.get("to") == model.key and "to_field" in spec.kwargs
    }


def visible(project, model):
    """Names that a new field may not have: the parents' and the children's."""
    names = set(model.fields)
    for base in model.bases:
        if base in project.models:
            names |= visible(project, project.models[base])
    for child in project.children(model.key):
        names |= set(child.fields)
    return names


def create_model(dice, project):
    model = ModelSpec(dice.choice(project.apps), dice.fresh_model())
    roll = dice.random()
    concrete = [it for it in project.own() if not it.is_composite]
    if roll < 0.12 and concrete:
        parent = dice.choice(concrete)
        model.bases = (parent.key,)
        link = f"{parent.name.lower()}_ptr" if dice.chance(0.8) else dice.fresh_field()
        model.fields[link] = FieldSpec(
            models.OneToOneField, to=parent.key, on_delete=models.CASCADE, parent_link=True, auto_created=dice.chance(0.9),
            primary_key=True, serialize=False,
        )  # fmt: skip
    elif roll < 0.18 and concrete:
        parent = dice.choice(concrete)
        model.bases, model.options["proxy"] = (parent.key,), True
        project.add(model)
        return f"proxy {model.key}"
    elif VERSION >= (5, 2) and roll < 0.25:
        a, b = dice.fresh_field(), dice.fresh_field()
        model.fields["pk"] = FieldSpec(models.CompositePrimaryKey, parts=[a, b], blank=True, editable=False, primary_key=True, serialize=False)
        model.fields[a] = FieldSpec(models.IntegerField)
        model.fields[b] = FieldSpec(models.CharField, max_length=30)
    elif roll < 0.4 and project.targets():
        # A key that is a relation.
        target = dice.choice(project.targets())
        model.fields[dice.fresh_field()] = FieldSpec(
            models.OneToOneField, to=target, on_delete=models.CASCADE, primary_key=True, serialize=False, related_name="+"
        )
    else:
        key = dice.choice(fields.KEYS)()
        model.fields["id" if key.kwargs.get("auto_created") else dice.choice(["id", dice.fresh_field()])] = key
        if key.kwargs.get("primary_key") and dice.chance(0.1) and not key.kwargs.get("auto_created"):
            key.kwargs["db_column"] = dice.fresh_column()
    if dice.chance(0.15):
        model.options["db_table"] = dice.fresh_table()
    if dice.chance(0.06):
        model.options["managed"] = False
    if VERSION >= (4, 2) and dice.chance(0.1):
        model.options["db_table_comment"] = dice.choice(fields.TEXTS[1:])
    project.add(model)
    for _ in range(dice.between(1, 6)):
        add_field(dice, project, model)
    for _ in range(dice.between(0, 3)):
        dice.choice([add_index, add_constraint, change_together])(dice, project, model)
    return f"create {model.key}"


def delete_model(dice, project):
    model = pick(dice, project, concrete=False)
    if model is None or model.key == project.user or len(project.models) < 4:
        return None
    project.remove(model.key)
    return f"delete {model.key}"


def rename_model(dice, project):
    model = pick(dice, project, concrete=False)
    if model is None or model.key == project.user:
        return None
    old = model.key
    del project.models[old]
    model.name = model.name.upper() if dice.chance(0.05) else dice.fresh_model()
    project.add(model)
    project.move(old, model.key)
    project.renames.append(("model", old, model.key))
    return f"rename {old} to {model.key}"


def new_field(dice, project, model):
    roll = dice.random()
    if roll < 0.22 and project.targets():
        spec = fields.relation(dice, dice.choice(project.targets()))
        target = project.models.get(spec.kwargs["to"])
        if target and dice.chance(0.3):
            unique = [n for n, it in target.fields.items() if it.kwargs.get("unique") and it.has_column and not it.is_generated]
            if unique:
                spec.kwargs["to_field"] = dice.choice(unique)
        return spec
    if roll < 0.32 and not model.is_composite:
        target = dice.choice([*project.targets(), model.key])
        spec = FieldSpec(models.ManyToManyField, to=target, related_name="+")
        if dice.chance(0.2):
            spec.kwargs["db_table"] = dice.fresh_table()
        if dice.chance(0.15):
            spec.kwargs["db_constraint"] = False
        if target == model.key and dice.chance(0.5):
            spec.kwargs["symmetrical"] = False
        return spec
    if VERSION >= (5, 0) and roll < 0.38:
        return fields.generated(dice, {n: it for n, it in model.fields.items() if it.has_column})
    return fields.scalar(dice)


def add_field(dice, project, model=None):
    model = model or pick(dice, project)
    if model is None:
        return None
    spec = new_field(dice, project, model)
    if spec is None:
        return None
    name = dice.fresh_field()
    if spec.cls is models.FileField and spec.kwargs.get("default") == "":
        del spec.kwargs["default"]
    model.fields[name] = spec
    return f"add {model.key}.{name} {spec}"


def remove_field(dice, project):
    model = pick(dice, project)
    names = plain_fields(model) if model else []
    names = [it for it in names if it not in referenced(project, model) and not (model.is_composite and it in model.fields["pk"].kwargs["parts"])]
    if not names:
        return None
    name = dice.choice(names)
    model.forget(name)
    return f"remove {model.key}.{name}"


def rename_field(dice, project):
    model = pick(dice, project)
    names = [n for n, it in model.fields.items() if n != "pk" and not it.kwargs.get("parent_link")] if model else []
    if model and model.is_composite:  # Django's own state does not follow a renamed part of the key.
        names = [it for it in names if it not in model.fields["pk"].kwargs["parts"]]
    if not names:
        return None
    old, new = dice.choice(names), dice.fresh_field()
    spec = model.fields[old]
    if spec.kwargs.get("auto_created"):
        return None
    model.rename(old, new)
    for other in project.models.values():
        for it in other.fields.values():
            if it.kwargs.get("to") == model.key and it.kwargs.get("to_field") == old:
                it.kwargs["to_field"] = new
            if it.kwargs.get("through") == model.key:
                it.kwargs["through_fields"] = tuple(new if name == old else name for name in it.kwargs["through_fields"])
    project.renames.append(("field", model.key, old, new))
    return f"rename {model.key}.{old} to {new}"


def alter_option(dice, project):
    model = pick(dice, project)
    names = plain_fields(model) if model else []
    if not names:
        return None
    name = dice.choice(names)
    spec = model.fields[name]
    if spec.is_generated:
        if dice.chance(0.3):
            return put_generated_option(dice, model, name, spec)
        return None
    if spec.is_many:
        option = dice.choice(["db_table", "to", "blank", "db_constraint"])
        if spec.kwargs.get("through"):
            option = "blank"
        if option == "db_table":
            if spec.kwargs.pop("db_table", None) is None:
                spec.kwargs["db_table"] = dice.fresh_table()
        elif option == "to":
            if "symmetrical" not in spec.kwargs:
                spec.kwargs["to"] = dice.choice([*project.targets(), model.key])
        elif option == "db_constraint":
            spec.kwargs["db_constraint"] = not spec.kwargs.get("db_constraint", True)
        else:
            spec.kwargs["blank"] = not spec.kwargs.get("blank", False)
        return f"alter {model.key}.{name}: {option} {spec}"
    if spec.is_relation:
        option = dice.choice(["null", "on_delete", "db_column", "unique", "db_constraint", "db_index", "db_comment"])
        if name in referenced(project, model) and option == "unique":
            return None
        done = fields.put_relation_option(dice, spec, option)
        return done and f"alter {model.key}.{name}: {option} {spec}"
    options = ["null", "default", "unique", "unique", "db_index", "db_index", "db_column", "db_default", "db_collation", "db_comment", "max_length"]
    option = dice.choice(options)
    if option == "max_length":
        if "max_length" not in spec.kwargs:
            return None
        spec.kwargs["max_length"] = dice.choice([20, 41, 101, 200, 256]) if not MYSQL else dice.choice([20, 41, 101, 200])
        for default in ("default", "db_default"):
            if default in spec.kwargs:
                spec.kwargs[default] = fields.cut(spec.kwargs[default], spec.kwargs)
        return f"alter {model.key}.{name}: {option} {spec}"
    if option == "unique" and name in referenced(project, model):
        return None
    done = fields.put_option(dice, spec, option)
    return done and f"alter {model.key}.{name}: {option} {spec}"


def put_generated_option(dice, model, name, spec):
    """Its expression cannot change: what it is called, and whether it is indexed, can."""
    spec.kwargs["db_index"] = not spec.kwargs.get("db_index", False)
    return f"alter {model.key}.{name}: db_index"


def change_type(dice, project):
    model = pick(dice, project)
    names = [it for it in plain_fields(model) if not model.fields[it].is_generated] if model else []
    names = [it for it in names if it not in referenced(project, model)]
    if not names:
        return None
    name = dice.choice(names)
    old = model.fields[name]
    roll = dice.random()
    if old.is_many:
        return None
    if old.is_relation:
        kwargs = {key: value for key, value in old.kwargs.items() if key in ("null", "db_column", "db_index", "on_delete", "related_name", "db_constraint")}
        if roll < 0.35:
            cls = models.OneToOneField if old.cls is models.ForeignKey else models.ForeignKey
            new = FieldSpec(cls, **{**old.kwargs})
            new.kwargs.pop("unique", None)
        elif roll < 0.75:
            new = FieldSpec(old.cls, to=dice.choice(project.targets()), **kwargs)
        else:
            new = FieldSpec(models.IntegerField, **{k: v for k, v in kwargs.items() if k in ("null", "db_column", "db_index")})
    elif roll < 0.12 and old.family in ("number", "text"):
        new = FieldSpec(models.ForeignKey, to=dice.choice(project.targets()), on_delete=models.CASCADE, related_name="+")
        for key in ("null", "db_column"):
            if key in old.kwargs:
                new.kwargs[key] = old.kwargs[key]
    else:
        alike = {
            "text": [models.CharField, models.TextField, models.SlugField, models.EmailField, models.URLField],
            "number": [models.BigIntegerField, models.SmallIntegerField, models.PositiveIntegerField, models.PositiveBigIntegerField,
                       models.PositiveSmallIntegerField, models.IntegerField, models.CharField, models.FloatField, models.DecimalField],
            "float": [models.DecimalField, models.IntegerField],
            "decimal": [models.FloatField, models.IntegerField, models.CharField],
            "boolean": [models.CharField, models.IntegerField],
            "date": [models.DateTimeField, models.CharField],
            "moment": [models.DateField],
            "uuid": [models.CharField, models.TextField],
            "json": [models.TextField],
            "address": [models.CharField],
        }.get(old.family, [models.TextField])  # fmt: skip
        cls = dice.choice(alike)
        new = fields.scalar(dice, cls)
        for key in ("db_index", "unique", "null", "db_column"):
            new.kwargs.pop(key, None)
            if key in old.kwargs:
                new.kwargs[key] = old.kwargs[key]
        if cls in fields.UNKEYED and (MYSQL or cls is models.JSONField):
            for key in ("db_index", "unique"):
                new.kwargs.pop(key, None)
        if MYSQL and (new.kwargs.get("max_length") or 0) > 255:
            new.kwargs["max_length"] = 255
    if new.family != old.family or (MYSQL and new.cls in fields.UNKEYED):
        # Conditions and generated columns over it would no longer mean anything.
        model.forget(name)
    model.fields[name] = new
    return f"retype {model.key}.{name} {old} to {new}"


def change_key(dice, project):
    model = pick(dice, project)
    if model is None or model.is_composite or model.key == project.user:
        return None
    name = next((n for n, it in model.fields.items() if it.is_key), None)
    if name is None or model.fields[name].kwargs.get("parent_link"):
        return None
    old = model.fields[name]
    if old.is_relation and dice.chance(0.5):
        return None
    grown = {
        models.AutoField: [models.BigAutoField, models.BigAutoField, models.SmallAutoField, models.IntegerField],
        models.BigAutoField: [models.AutoField, models.BigIntegerField],
        models.SmallAutoField: [models.AutoField, models.BigAutoField],
        models.IntegerField: [models.AutoField, models.BigIntegerField, models.BigAutoField],
        models.CharField: [models.CharField, models.TextField, models.SlugField],
        models.SlugField: [models.CharField],
        models.UUIDField: [models.CharField],
    }
    if old.cls in grown and dice.chance(0.8):
        cls = dice.choice(grown[old.cls])
        if cls is models.TextField and MYSQL:
            return None
        kwargs = {"primary_key": True, "serialize": False}
        if issubclass(cls, models.AutoField | models.BigAutoField) and name == "id":
            kwargs.update(auto_created=True, verbose_name="ID")
        if cls is models.CharField:
            kwargs["max_length"] = dice.choice([30, 40, 64])
        if "db_column" in old.kwargs:
            kwargs["db_column"] = old.kwargs["db_column"]
        model.fields[name] = FieldSpec(cls, **kwargs)
        return f"key {model.key}.{name} {old.cls.__name__} to {cls.__name__}"
    # Another field becomes the key, and the old one goes or is plain.
    others = [n for n in plain_fields(model) if model.fields[n].family in ("number", "text") and not model.fields[n].is_generated]
    others = [n for n in others if model.fields[n].cls is not models.TextField and "default" not in model.fields[n].kwargs]
    if not others or old.is_relation:
        return None
    other = dice.choice(others)
    if dice.chance(0.7):
        model.forget(name)
    else:
        model.fields[name] = FieldSpec(models.IntegerField, **{k: v for k, v in old.kwargs.items() if k == "db_column"})
        if old.family == "text":
            return None
    spec = model.fields[other]
    for option in ("unique", "db_index", "null", "blank", "db_default"):
        spec.kwargs.pop(option, None)
    spec.kwargs.update(primary_key=True, serialize=False)
    return f"key of {model.key} from {name} to {other}"


def change_table(dice, project):
    model = pick(dice, project)
    if model is None:
        return None
    if model.options.pop("db_table", None) is None:
        model.options["db_table"] = dice.fresh_table()
    return f"table of {model.key}: {model.options.get('db_table')}"


def change_together(dice, project, model=None):
    model = model or pick(dice, project)
    if model is None:
        return None
    option = "unique_together" if VERSION >= (5, 0) or dice.chance(0.6) else "index_together"
    have = list(model.options.get(option, []))
    if have and dice.chance(0.5):
        have.remove(dice.choice(have))
    else:
        names = [it for it in metas.keyable(model.fields) if not model.fields[it].is_generated]
        if len(names) < 2:
            return None
        chosen = tuple(dice.sample(names, dice.between(2, min(3, len(names)))))
        if chosen in have:
            return None
        have.append(chosen)
    model.options[option] = have
    return f"{option} of {model.key}: {have}"


def add_index(dice, project, model=None):
    model = model or pick(dice, project)
    made = model and metas.index(dice, columns_of(model))
    if not made:
        return None
    model.indexes.append(made)
    return f"index on {model.key}: {made}"


def add_constraint(dice, project, model=None):
    model = model or pick(dice, project)
    made = model and metas.constraint(dice, columns_of(model))
    if not made:
        return None
    model.constraints.append(made)
    return f"constraint on {model.key}: {made}"


def columns_of(model):
    return {name: spec for name, spec in model.fields.items() if spec.has_column}


def change_index(dice, project):
    model = pick(dice, project)
    listed = [(it, which) for which in ("indexes", "constraints") for it in getattr(model, which)] if model else []
    if not listed:
        return None
    it, which = dice.choice(listed)
    if dice.chance(0.4) and it.name:
        old, it.name = it.name, dice.fresh_index("chk" if which == "constraints" else "idx")
        return f"rename index {old} to {it.name} on {model.key}"
    getattr(model, which).remove(it)
    return f"remove {it} of {model.key}"


def change_order(dice, project):
    model = pick(dice, project)
    if model is None:
        return None
    if model.options.pop("order_with_respect_to", None):
        return f"no order of {model.key}"
    names = [n for n, it in model.fields.items() if it.cls is models.ForeignKey]
    if not names:
        return None
    model.options["order_with_respect_to"] = dice.choice(names)
    return f"order of {model.key}: {model.options['order_with_respect_to']}"


def change_managed(dice, project):
    model = pick(dice, project)
    if model is None:
        return None
    if model.options.pop("managed", True) is False:
        return f"managed {model.key}"
    model.options["managed"] = False
    return f"unmanaged {model.key}"


def add_through(dice, project):
    concrete = [it for it in project.own() if not it.is_composite]
    if len(concrete) < 2:
        return None
    source, target = dice.choice(concrete), dice.choice(concrete)
    through = ModelSpec(dice.choice(project.apps), dice.fresh_model())
    through.fields["id"] = fields.KEYS[1]()
    a, b = dice.fresh_field(), dice.fresh_field()
    through.fields[a] = FieldSpec(models.ForeignKey, to=source.key, on_delete=models.CASCADE, related_name="+")
    through.fields[b] = FieldSpec(models.ForeignKey, to=target.key, on_delete=models.CASCADE, related_name="+")
    if dice.chance(0.5):
        through.options["unique_together"] = [(a, b)]
    project.add(through)
    many = FieldSpec(models.ManyToManyField, to=target.key, through=through.key, through_fields=(a, b), related_name="+")
    name = dice.fresh_field()
    source.fields[name] = many
    return f"through {source.key}.{name} {through.key}"


def change_comment(dice, project):
    model = pick(dice, project)
    if model is None or VERSION < (4, 2):
        return None
    model.options["db_table_comment"] = dice.choice(fields.TEXTS)
    return f"comment of {model.key}"


WEIGHTS = {
    create_model: 5,
    delete_model: 3,
    rename_model: 5,
    add_field: 10,
    remove_field: 6,
    rename_field: 8,
    alter_option: 20,
    change_type: 10,
    change_key: 5,
    change_table: 4,
    change_together: 6,
    add_index: 7,
    add_constraint: 8,
    change_index: 6,
    change_order: 2,
    change_managed: 1,
    add_through: 2,
    change_comment: 1,
}


def mutate(dice, project):
    """One change, carried out; what it was, or nothing where it did not fit."""
    mutation = dice.choices(list(WEIGHTS), WEIGHTS.values())[0]
    return mutation(dice, project)
