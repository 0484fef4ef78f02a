import columns.fields
import functools
from django.db import migrations, models
import django.db.models.deletion
from columns.fields import *
L = functools.partial(models.CharField, max_length=11)
def opt(**kw): return dict(null=True, **kw)
class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Owner", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel("SignedKey", [("id", Signed(primary_key=True))]),
        migrations.CreateModel("PKey", [("id", PosKey(primary_key=True))]),
        migrations.CreateModel("UKey", [("id", UUIDKey())]),
        migrations.CreateModel("SKey", [("id", ShortUUID(primary_key=True))]),
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(primary_key=True)),
            ("vendor", VendorField(null=True)),
            ("sdict", SettingsDictField(null=True)),
            ("param", ParamField()),
            ("param2", ParamField2()),
            ("unsigned", Unsigned(default=1)),
            ("bits", Bits(default=1)),
            ("inttype", IntType(default=1)),
            ("parent", ParentType(max_length=3)),
            ("via", ViaDbType(max_length=3)),
            ("uppert", UpperType(max_length=33)),
            ("fmt", FormatType()),
            ("fmt2", FormatType(size=200)),
            ("money", MoneyAmount(max_digits=5, decimal_places=1)),
            ("owner", OwnerFK()),
            ("owner2", OwnerO2O()),
            ("owners", OwnerM2M()),
            ("logical", LogicalFK("columns.Owner", models.CASCADE, related_name="+")),
            ("fkt", FkType("columns.Owner", models.DO_NOTHING, related_name="+", db_constraint=False)),
            ("enum", EnumField(enum=Color)),
            ("enum2", ColorField()),
            ("enum3", EnumField[Color](null=True)),
            ("status", models.CharField(max_length=max(map(len, Status.values)), choices=Status.choices)),
            ("metaf", MetaField()),
            ("mixed", Mixed()),
            ("mixed2", Mixed2()),
            ("mixed3", Mixed2(max_length=61)),
            ("preset", PreSet(max_length=9)),
            ("part", L(null=True)),
            ("part2", L(**opt(unique=True))),
            ("esn", EmptyStringNull(max_length=3)),
            ("suid", ShortUUID(auto=False)),
            ("nuuid", NativeUUID(null=True)),
            ("cast", CastField(null=True)),
            ("jsontext", JSONText(null=True)),
            ("autoslug", AutoSlug(populate_from="x")),
            ("descr", Descr()),
            ("stamped", Stamped()),
            ("small", Small(default=1)),
            ("k1", models.ForeignKey("columns.SignedKey", models.CASCADE)),
            ("k2", models.ForeignKey("columns.UKey", models.CASCADE)),
            ("k3", models.ForeignKey("columns.SKey", models.CASCADE)),
        ]),
        migrations.CreateModel("Odd", [
            ("id", models.BigAutoField(primary_key=True)),
            ("fkc", FkColumn("columns.Owner", models.CASCADE, related_name="+")),
            ("upper", Upper(max_length=8)),
            ("afterlen", AfterLen(max_length=9)),
            ("binuuid", BinUUID(null=True)),
        ]),
        migrations.CreateModel("Odd2", [
            ("id", models.BigAutoField(primary_key=True)),
            ("renamed", Renamed(max_length=8)),
        ]),
        migrations.CreateModel("Odd3", [
            ("id", models.BigAutoField(primary_key=True)),
            ("setattrs", SetAttrs(max_length=8)),
        ]),
        migrations.CreateModel("Odd4", [
            ("id", models.BigAutoField(primary_key=True)),
            ("nullprop", NullProp(max_length=8)),
            ("uniqprop", UniqueProp(max_length=8)),
        ]),
        migrations.CreateModel("Odd5", [
            ("id", models.BigAutoField(primary_key=True)),
            ("price", Price(default=0)),
            ("price2", Price(currency=False, default=0)),
        ]),
    ]
