from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "directory_name"
    label = "another_label"
    default_auto_field = "django.db.models.BigAutoField"
