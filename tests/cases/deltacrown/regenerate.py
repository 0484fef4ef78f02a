"""Lives the incident through once more with real Django on SQLite, and writes the database down as SQL.

Usage: python regenerate.py   (with django==5.2.* installed; writes migrations-manifest/demo/deltacrown.sql)
"""

import importlib
import os
import sqlite3
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
DUMP = HERE.parents[2] / "migrations-manifest" / "demo" / "deltacrown.sql"

# When which migration was rolled out, together with everything that it depends on.
ROLLED_OUT = [
    ("2025-06-02 09:55:12", "user_profile", "0001_initial"),
    ("2025-06-28 18:41:03", "user_profile", "0005_badge_userbadge"),
    ("2025-07-20 11:30:47", "user_profile", "0007_userprofile_pronouns_achievement_certificate_and_more"),
    ("2025-09-03 20:36:20", "user_profile", "0013_add_public_id_system"),
    ("2025-09-05 09:02:58", "user_profile", "0014_delete_publicidcounter"),
    ("2025-09-05 22:51:31", "user_profile", "0016_restore_publicidcounter"),
    ("2025-09-09 14:06:09", "user_profile", "0018_drop_publicidcounter_again"),
    ("2025-09-26 18:12:44", "user_profile", "0020_gp0_game_passport_rebuild"),
    ("2025-10-14 10:48:15", "user_profile", "0027_privacysettings"),
]
# The two commands of the report's hypothesis 1: recorded, but not executed.
FAKED = [
    ("2025-12-28 03:17:26", "user_profile", "0055_delete_matchmakingpreferences"),
    ("2025-12-28 03:17:41", "accounts", "0002_phase3b_account_deletion"),
]
# After the table was made by hand.
REPAIRED = ("2026-01-14 19:22:08", "user_profile", "0056_repair_publicidcounter_table")

ROWS = """
INSERT INTO accounts_user (id, password, is_superuser, username, first_name, last_name, is_staff, is_active,
                           date_joined, email, is_verified) VALUES
    (1, '!', 1, 'admin', '', '', 1, 1, '2025-06-02 10:01:00', 'admin@deltacrown.example', 1),
    (4711, '!', 0, 'nova', 'Nova', 'Rahman', 0, 1, '2025-08-11 17:20:00', 'nova@deltacrown.example', 1),
    (7802, '!', 0, 'test_migration_check', '', '', 0, 1, '2026-01-14 19:31:00', 'check@deltacrown.example', 0);
INSERT INTO user_profile_userprofile (id, display_name, bio, country, level, created_at, updated_at, user_id,
                                      pronouns, public_id) VALUES
    (1, 'Nova', 'Duelist', 'BD', 12, '2025-08-11 17:20:00', '2025-12-30 08:00:00', 4711, 'she/her', NULL),
    (2, 'test_migration_check', '', '', 1, '2026-01-14 19:31:00', '2026-01-14 19:31:00', 7802, '', 'DC-26-000001');
INSERT INTO user_profile_publicidcounter (id, year, counter, created_at, updated_at) VALUES
    (1, 26, 1, '2026-01-14 19:31:00', '2026-01-14 19:31:00');
INSERT INTO user_profile_badge (id, name, slug, description) VALUES
    (1, 'Early adopter', 'early-adopter', 'Joined in the first year');
INSERT INTO user_profile_userbadge (id, earned_at, badge_id, profile_id) VALUES
    (1, '2025-08-12 09:00:00', 1, 1);
INSERT INTO user_profile_privacysettings (id, show_email, show_real_name, show_achievements, updated_at,
                                          user_profile_id) VALUES
    (1, 0, 1, 1, '2025-10-20 12:00:00', 1);
INSERT INTO user_profile_gameprofile (id, game, in_game_name, identity_key, is_primary, metadata, created_at,
                                      user_id) VALUES
    (1, 'valorant', 'nova#BD1', 'nova#bd1', 1, '{"rank": "immortal"}', '2025-09-27 20:00:00', 4711);
"""


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deltacrown.sqlite"
        prepare_django(path)
        database = sqlite3.connect(path, isolation_level=None)
        for step in ROLLED_OUT:
            migrate(database, *step)
        for step in FAKED:
            migrate(database, *step, fake=True)
        repair = importlib.import_module("apps.user_profile.migrations.0056_repair_publicidcounter_table")
        database.executescript(repair.REPAIR_SQLITE)
        migrate(database, *REPAIRED)
        database.executescript(ROWS)
        DUMP.write_text(dump(database), encoding="utf-8")
        database.close()
    print(f"wrote {DUMP.relative_to(HERE.parents[2])}")


def prepare_django(path):
    os.environ["DATABASE_URL"] = f"sqlite:{path}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "deltacrown.settings"
    sys.path.insert(0, str(HERE / "project"))
    import django

    django.setup()


def migrate(database, at, app, name, fake=False):
    """`manage.py migrate app name`, recorded as if it had run at that time."""
    from django.core.management import call_command

    (before,) = database.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'django_migrations'"
    ).fetchone()
    last = database.execute("SELECT max(id) FROM django_migrations").fetchone()[0] if before else 0
    call_command("migrate", app, name, fake=fake, verbosity=0)
    start = datetime.fromisoformat(at)
    for (row,) in database.execute("SELECT id FROM django_migrations WHERE id > ?", [last]).fetchall():
        applied = start + timedelta(milliseconds=2 if fake else 41) * (row - last)
        database.execute(
            "UPDATE django_migrations SET applied = ? WHERE id = ?", [applied.isoformat(" ", "microseconds"), row]
        )


def dump(database):
    """All DDL, then the rows that tell something (not Django's own content types and permissions)."""
    silent = {"django_content_type", "auth_permission"}
    objects = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " ORDER BY tbl_name, type DESC, name"
    ).fetchall()
    lines = [
        "-- The database of the deltacrown incident, written by tests/cases/deltacrown/regenerate.py:",
        "-- every migration is recorded as applied, but what came between user_profile.0027 and 0056,",
        "-- and accounts.0002, was never executed.",
        "BEGIN;",
    ]
    lines += [f"{sql};" for _, _, sql in objects]
    for kind, table, _ in objects:
        if kind != "table" or table in silent:
            continue
        rows = database.execute(f'SELECT * FROM "{table}" ORDER BY id')
        names = ", ".join(f'"{column[0]}"' for column in rows.description)
        for row in rows.fetchall():
            lines.append(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(map(literal, row))});')
    lines.append("COMMIT;")
    return "\n".join(lines) + "\n"


def literal(value):
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


if __name__ == "__main__":
    main()
