from django.db import migrations, models

def ops_for(app_label="styles"):
    result = []
    def add(name, **kw):
        result.append(migrations.AddField("thing", name, models.IntegerField(**kw)))
    add("closure_a", null=True)
    add("closure_b", null=True, db_index=True)
    return result

class Meta(type(migrations.Migration)):
    def __new__(mcs, name, bases, ns):
        ns["operations"] = [*ns.get("operations", []), migrations.AddField("thing", "meta", models.IntegerField(null=True))]
        return super().__new__(mcs, name, bases, ns)

class Mixin:
    extra_operations = ops_for()

    def __init__(self, name, app_label):
        super().__init__(name, app_label)
        self.operations = [*self.operations, *self.extra_operations]
        self.dependencies = list(self.dependencies) + [(app_label, "0003_after_the_class")]

class Migration(Mixin, migrations.Migration, metaclass=Meta):
    operations = [migrations.AddField("thing", "plain", models.IntegerField(null=True))]
