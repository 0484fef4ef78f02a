from django.db import connection

COLLATION = {"postgresql": "C", "mysql": "utf8mb4_bin", "sqlite": "nocase"}[connection.vendor]
