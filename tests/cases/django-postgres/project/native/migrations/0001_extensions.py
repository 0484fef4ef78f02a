from django.contrib.postgres import operations
from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    operations = [
        operations.BloomExtension(),
        operations.BtreeGinExtension(),
        operations.BtreeGistExtension(),
        operations.CITextExtension(),
        operations.CryptoExtension(),
        operations.HStoreExtension(),
        operations.TrigramExtension(),
        operations.UnaccentExtension(),
        operations.CreateExtension("fuzzystrmatch"),
        operations.CreateCollation("german", provider="icu", locale="de"),
        operations.CreateCollation(
            "case_insensitive", provider="icu", locale="und-u-ks-level2", deterministic=False
        ),
    ]
