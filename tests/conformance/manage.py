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
    import django

    if django.VERSION < (3,):
        sys.argv[:] = [it for it in sys.argv if it != "--skip-checks"]
    if sys.argv[2] == "part":
        import part

        django.setup()
        part.migrate(*sys.argv[3:])
    elif sys.argv[2:4] == ["migrate", "--check"] and django.VERSION < (3, 1):
        import part

        django.setup()
        sys.exit(not part.is_done())
    else:
        execute_from_command_line(["manage.py", *sys.argv[2:]])
