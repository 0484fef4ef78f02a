import itertools, sys, functools
import django
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from styles.operations import *


try:
    from django.db.models import JSONField
except ImportError:
    from django.contrib.postgres.fields import JSONField
try:
    from django.contrib.postgres.fields import JSONFieldX as JX
except ImportError:
    JX = JSONField
try:
    import nonexistent_module
except ImportError:
    nonexistent_module = None
try:
    from mptt.fields import TreeForeignKey
except ModuleNotFoundError:
    TreeForeignKey = models.ForeignKey

NAMES, TYPES = ("z_a", "z_b", "z_c"), (models.IntegerField, models.TextField, functools.partial(models.CharField, max_length=12))

if sys.version_info >= (3, 6):
    extra = [migrations.AddField("thing", "py3", models.IntegerField(null=True))]
else:
    extra = []

if django.VERSION >= (4, 0):
    extra += [migrations.AddField("thing", "dj4", models.IntegerField(null=True))]
if django.VERSION[:2] < (3, 1):
    extra.append(migrations.AddField("thing", "old", models.IntegerField(null=True)))
if apps.is_installed("django.contrib.auth"):
    extra.append(migrations.AddField("thing", "auth", models.IntegerField(null=True)))
if "django.contrib.gis" in settings.INSTALLED_APPS:
    extra.append(migrations.AddField("thing", "gis", models.IntegerField(null=True)))
if getattr(settings, "USE_X", False) and not nonexistent_module:
    extra.insert(0, migrations.AddField("thing", "usex", models.IntegerField(null=True)))

class Migration(migrations.Migration):
    dependencies = [("styles", "0001_initial")]
    operations = [
        AddNullable("thing", "nn", models.IntegerField()),
        AddBoth(
            migrations.AddField("thing", "both_a", models.IntegerField(null=True)),
            migrations.AddField("thing", "both_b", models.ForeignKey("styles.Other", models.CASCADE, null=True)),
        ),
        OnlyOn("postgresql", migrations.AddIndex("thing", models.Index(fields=["name"], name="only_pg"))),
        OnlyOn("sqlite", migrations.AddIndex("thing", models.Index(fields=["name", "id"], name="only_sl"))),
        StateAdd("thing", "state_only", models.IntegerField(null=True)),
        AddFieldDefault("thing", "dflt", default=4),
        Conditional("thing", "cond", models.IntegerField(null=True)),
        RenameAware("thing", "cond", "cond2"),
        Noop("thing", "cond2", models.TextField(null=True)),
        add_int(name="p_a"),
        add_int("p_b"),
        *[KINDS[k](n) for k, n in (("int", "k_a"), ("text", "k_b"))],
        KINDS["char"](name="k_c"),
        *generate("thing", "g_a", "g_b"),
        *generate_more("thing"),
        *make(model="thing", fields={"m_a": models.IntegerField(null=True), "m_b": JSONField(null=True)}),
        *decorated(),
        *Factory.build("f", 3),
        Factory("q").one,
        Factory.static("fs"),
        *(migrations.AddField("thing", n, t(null=True)) for n, t in zip(NAMES, TYPES)),
        *itertools.chain(
            [migrations.AddField("thing", "ch_a", models.IntegerField(null=True))],
            (migrations.AddField("thing", f"ch_{i}", models.IntegerField(null=True)) for i in range(2)),
        ),
        *itertools.starmap(lambda n, l: migrations.AddField("thing", n, models.CharField(max_length=l, null=True)), [("s_a", 3), ("s_b", 4)]),
        *(migrations.AddField("thing", f"{x}_{y}", models.IntegerField(null=True)) for x, y in itertools.product("uv", "12")),
        *sum([[migrations.AddField("thing", "su_a", models.IntegerField(null=True))], [migrations.AddField("thing", "su_b", models.IntegerField(null=True))]], []),
        *functools.reduce(lambda acc, n: acc + [migrations.AddField("thing", n, models.IntegerField(null=True))], ["r_a", "r_b"], []),
        *filter(None, [None, migrations.AddField("thing", "fi", models.IntegerField(null=True)), None]),
        *reversed([migrations.AddField("thing", "rev_b", models.IntegerField(null=True)), migrations.AddField("thing", "rev_a", models.IntegerField(null=True))]),
        *(op for op in sorted([migrations.AddField("thing", "so_b", models.IntegerField(null=True)), migrations.AddField("thing", "so_a", models.IntegerField(null=True))], key=lambda o: o.name)),
        migrations.AddField("thing", "tree", TreeForeignKey("self", models.CASCADE, null=True)),
        migrations.AddField("thing", "jx", JX(null=True)),
        *extra,
    ]
