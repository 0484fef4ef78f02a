"""`python -m evolve SEED`: a random project in EVOLVE_FOLDER that evolves, migrated by Django in the database of DATABASE_URL.

Each line that comes in lets it go one step further; each answer is a line of words parted by tabs: how the database
stands now (`migrated`, `back`, `faked`, `end`), and what was done. After `faked` come the names of the migrations that
were, parted by blanks.
"""

import os
import random
import sys
from pathlib import Path

LABELS = ["shop", "blog", "people", "Stock", "data_2"]


def main():
    seed, folder = int(sys.argv[1]), Path(os.environ["EVOLVE_FOLDER"])
    dice = random.Random(seed)
    labels = dice.sample(LABELS, dice.randint(2, 3))
    user = f"{labels[0]}.Person" if dice.random() < 0.4 else "auth.User"
    from . import layout

    layout.write(folder, labels, user, dice)
    os.environ["DJANGO_SETTINGS_MODULE"] = "evolve.settings"
    import django

    django.setup()
    from .history import History

    history = History(seed, folder, labels, user)
    for line in history.steps(int(os.environ.get("EVOLVE_STEPS", "12"))):
        print("\t".join(line).replace("\n", " "), flush=True)
        if not sys.stdin.readline():
            return
    print("end", flush=True)


if __name__ == "__main__":
    main()
