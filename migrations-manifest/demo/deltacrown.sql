-- The database of the deltacrown incident, written by tests/cases/deltacrown/regenerate.py:
-- every migration is recorded as applied, but what came between user_profile.0027 and 0056,
-- and accounts.0002, was never executed.
BEGIN;
CREATE TABLE "accounts_user" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "first_name" varchar(150) NOT NULL, "last_name" varchar(150) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL, "email" varchar(254) NOT NULL UNIQUE, "is_verified" bool NOT NULL);
CREATE TABLE "accounts_user_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "accounts_user_groups_group_id_bd11a704" ON "accounts_user_groups" ("group_id");
CREATE INDEX "accounts_user_groups_user_id_52b62117" ON "accounts_user_groups" ("user_id");
CREATE UNIQUE INDEX "accounts_user_groups_user_id_group_id_59c0b32f_uniq" ON "accounts_user_groups" ("user_id", "group_id");
CREATE TABLE "accounts_user_user_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "accounts_user_user_permissions_permission_id_113bb443" ON "accounts_user_user_permissions" ("permission_id");
CREATE INDEX "accounts_user_user_permissions_user_id_e4f0a161" ON "accounts_user_user_permissions" ("user_id");
CREATE UNIQUE INDEX "accounts_user_user_permissions_user_id_permission_id_2ab516c2_uniq" ON "accounts_user_user_permissions" ("user_id", "permission_id");
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
CREATE TABLE "user_profile_achievement" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "title" varchar(120) NOT NULL, "details" text NOT NULL CHECK ((JSON_VALID("details") OR "details" IS NULL)), "earned_at" datetime NOT NULL, "profile_id" bigint NOT NULL REFERENCES "user_profile_userprofile" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "achievement_recent_idx" ON "user_profile_achievement" ("profile_id", "earned_at" DESC);
CREATE INDEX "user_profile_achievement_profile_id_7f2fbac3" ON "user_profile_achievement" ("profile_id");
CREATE TABLE "user_profile_badge" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(100) NOT NULL, "slug" varchar(50) NOT NULL UNIQUE, "description" text NOT NULL);
CREATE TABLE "user_profile_certificate" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "tournament" varchar(120) NOT NULL, "verification_code" char(32) NOT NULL UNIQUE, "issued_at" datetime NOT NULL, "profile_id" bigint NOT NULL REFERENCES "user_profile_userprofile" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "user_profile_certificate_profile_id_03b57ae2" ON "user_profile_certificate" ("profile_id");
CREATE TABLE "user_profile_gameprofile" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "game" varchar(50) NOT NULL, "in_game_name" varchar(100) NOT NULL, "identity_key" varchar(150) NOT NULL, "is_primary" bool NOT NULL, "metadata" text NOT NULL CHECK ((JSON_VALID("metadata") OR "metadata" IS NULL)), "created_at" datetime NOT NULL, "user_id" bigint NOT NULL REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "unique_game_identity" UNIQUE ("game", "identity_key"));
CREATE INDEX "gameprofile_recent_idx" ON "user_profile_gameprofile" ("user_id", "created_at" DESC);
CREATE UNIQUE INDEX "one_primary_game" ON "user_profile_gameprofile" ("user_id") WHERE "is_primary";
CREATE INDEX "user_profile_gameprofile_user_id_c9d5c445" ON "user_profile_gameprofile" ("user_id");
CREATE TABLE "user_profile_privacysettings" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "show_email" bool NOT NULL, "show_real_name" bool NOT NULL, "show_achievements" bool NOT NULL, "updated_at" datetime NOT NULL, "user_profile_id" bigint NOT NULL UNIQUE REFERENCES "user_profile_userprofile" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE user_profile_publicidcounter (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    year integer NOT NULL UNIQUE,
    counter integer NOT NULL DEFAULT 0,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);
CREATE INDEX idx_publicid_year
ON user_profile_publicidcounter (year);
CREATE TABLE "user_profile_userbadge" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "earned_at" datetime NOT NULL, "badge_id" bigint NOT NULL REFERENCES "user_profile_badge" ("id") DEFERRABLE INITIALLY DEFERRED, "profile_id" bigint NOT NULL REFERENCES "user_profile_userprofile" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX "user_profile_userbadge_badge_id_acf3b5fe" ON "user_profile_userbadge" ("badge_id");
CREATE INDEX "user_profile_userbadge_profile_id_51533a48" ON "user_profile_userbadge" ("profile_id");
CREATE UNIQUE INDEX "user_profile_userbadge_profile_id_badge_id_5755720e_uniq" ON "user_profile_userbadge" ("profile_id", "badge_id");
CREATE TABLE "user_profile_userprofile" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "display_name" varchar(80) NOT NULL, "bio" text NOT NULL, "country" varchar(2) NOT NULL, "level" integer unsigned NOT NULL CHECK ("level" >= 0), "created_at" datetime NOT NULL, "updated_at" datetime NOT NULL, "user_id" bigint NOT NULL UNIQUE REFERENCES "accounts_user" ("id") DEFERRABLE INITIALLY DEFERRED, "pronouns" varchar(50) NOT NULL, "public_id" varchar(15) NULL UNIQUE);
INSERT INTO "accounts_user" ("id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "is_staff", "is_active", "date_joined", "email", "is_verified") VALUES (1, '!', NULL, 1, 'admin', '', '', 1, 1, '2025-06-02 10:01:00', 'admin@deltacrown.example', 1);
INSERT INTO "accounts_user" ("id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "is_staff", "is_active", "date_joined", "email", "is_verified") VALUES (4711, '!', NULL, 0, 'nova', 'Nova', 'Rahman', 0, 1, '2025-08-11 17:20:00', 'nova@deltacrown.example', 1);
INSERT INTO "accounts_user" ("id", "password", "last_login", "is_superuser", "username", "first_name", "last_name", "is_staff", "is_active", "date_joined", "email", "is_verified") VALUES (7802, '!', NULL, 0, 'test_migration_check', '', '', 0, 1, '2026-01-14 19:31:00', 'check@deltacrown.example', 0);
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (1, 'contenttypes', '0001_initial', '2025-06-02 09:55:12.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (2, 'contenttypes', '0002_remove_content_type_name', '2025-06-02 09:55:12.082000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (3, 'auth', '0001_initial', '2025-06-02 09:55:12.123000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (4, 'auth', '0002_alter_permission_name_max_length', '2025-06-02 09:55:12.164000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (5, 'auth', '0003_alter_user_email_max_length', '2025-06-02 09:55:12.205000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (6, 'auth', '0004_alter_user_username_opts', '2025-06-02 09:55:12.246000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (7, 'auth', '0005_alter_user_last_login_null', '2025-06-02 09:55:12.287000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (8, 'auth', '0006_require_contenttypes_0002', '2025-06-02 09:55:12.328000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (9, 'auth', '0007_alter_validators_add_error_messages', '2025-06-02 09:55:12.369000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (10, 'auth', '0008_alter_user_username_max_length', '2025-06-02 09:55:12.410000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (11, 'auth', '0009_alter_user_last_name_max_length', '2025-06-02 09:55:12.451000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (12, 'auth', '0010_alter_group_name_max_length', '2025-06-02 09:55:12.492000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (13, 'auth', '0011_update_proxy_permissions', '2025-06-02 09:55:12.533000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (14, 'auth', '0012_alter_user_first_name_max_length', '2025-06-02 09:55:12.574000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (15, 'accounts', '0001_initial', '2025-06-02 09:55:12.615000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (16, 'user_profile', '0001_initial', '2025-06-02 09:55:12.656000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (17, 'user_profile', '0005_badge_userbadge', '2025-06-28 18:41:03.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (18, 'user_profile', '0007_userprofile_pronouns_achievement_certificate_and_more', '2025-07-20 11:30:47.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (19, 'user_profile', '0013_add_public_id_system', '2025-09-03 20:36:20.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (20, 'user_profile', '0014_delete_publicidcounter', '2025-09-05 09:02:58.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (21, 'user_profile', '0016_restore_publicidcounter', '2025-09-05 22:51:31.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (22, 'user_profile', '0017_delete_publicidcounter', '2025-09-09 14:06:09.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (23, 'user_profile', '0018_drop_publicidcounter_again', '2025-09-09 14:06:09.082000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (24, 'user_profile', '0020_gp0_game_passport_rebuild', '2025-09-26 18:12:44.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (25, 'user_profile', '0027_privacysettings', '2025-10-14 10:48:15.041000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (26, 'user_profile', '0020_restore_publicidcounter_for_tests', '2025-12-28 03:17:26.002000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (27, 'user_profile', '0030_phase6c_settings_models', '2025-12-28 03:17:26.004000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (28, 'user_profile', '0031_add_profile_showcase_model', '2025-12-28 03:17:26.006000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (29, 'user_profile', '0034_p0_media_models', '2025-12-28 03:17:26.008000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (30, 'user_profile', '0035_p0_loadout_models', '2025-12-28 03:17:26.010000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (31, 'user_profile', '0036_p0_trophy_showcase', '2025-12-28 03:17:26.012000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (32, 'user_profile', '0046_careerprofile_matchmakingpreferences', '2025-12-28 03:17:26.014000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (33, 'user_profile', '0048_phase6a_private_account_and_follow_requests', '2025-12-28 03:17:26.016000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (34, 'user_profile', '0054_alter_userprofile_options', '2025-12-28 03:17:26.018000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (35, 'user_profile', '0055_delete_matchmakingpreferences', '2025-12-28 03:17:26.020000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (36, 'accounts', '0002_phase3b_account_deletion', '2025-12-28 03:17:41.002000');
INSERT INTO "django_migrations" ("id", "app", "name", "applied") VALUES (37, 'user_profile', '0056_repair_publicidcounter_table', '2026-01-14 19:22:08.041000');
INSERT INTO "user_profile_badge" ("id", "name", "slug", "description") VALUES (1, 'Early adopter', 'early-adopter', 'Joined in the first year');
INSERT INTO "user_profile_gameprofile" ("id", "game", "in_game_name", "identity_key", "is_primary", "metadata", "created_at", "user_id") VALUES (1, 'valorant', 'nova#BD1', 'nova#bd1', 1, '{"rank": "immortal"}', '2025-09-27 20:00:00', 4711);
INSERT INTO "user_profile_privacysettings" ("id", "show_email", "show_real_name", "show_achievements", "updated_at", "user_profile_id") VALUES (1, 0, 1, 1, '2025-10-20 12:00:00', 1);
INSERT INTO "user_profile_publicidcounter" ("id", "year", "counter", "created_at", "updated_at") VALUES (1, 26, 1, '2026-01-14 19:31:00', '2026-01-14 19:31:00');
INSERT INTO "user_profile_userbadge" ("id", "earned_at", "badge_id", "profile_id") VALUES (1, '2025-08-12 09:00:00', 1, 1);
INSERT INTO "user_profile_userprofile" ("id", "display_name", "bio", "country", "level", "created_at", "updated_at", "user_id", "pronouns", "public_id") VALUES (1, 'Nova', 'Duelist', 'BD', 12, '2025-08-11 17:20:00', '2025-12-30 08:00:00', 4711, 'she/her', NULL);
INSERT INTO "user_profile_userprofile" ("id", "display_name", "bio", "country", "level", "created_at", "updated_at", "user_id", "pronouns", "public_id") VALUES (2, 'test_migration_check', '', '', 1, '2026-01-14 19:31:00', '2026-01-14 19:31:00', 7802, '', 'DC-26-000001');
COMMIT;
