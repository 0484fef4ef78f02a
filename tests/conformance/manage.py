"""`manage.py CORPUS COMMAND…`: Django's own commands in one of the corpora, and `part`."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.path[:0] = [str(here), str(here / "corpora" / sys.argv[1]), str(here / "synthetic")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    from django.core.management import execute_from_command_line

    if "SEEN_ORIGINS" in os.environ:
        import seen

        seen.watch(os.environ["SEEN_ORIGINS"])
    if sys.argv[2] == "part":
        import django
        import part

        django.setup()
        part.migrate(int(sys.argv[3]))
    else:
        execute_from_command_line(["manage.py", *sys.argv[2:]])
