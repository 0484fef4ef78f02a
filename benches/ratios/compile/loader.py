"""Prints how many seconds of CPU Django's loader takes to read the migrations and to work out the models.

With the argument `text` it has to compile the migrations first: nobody has kept them compiled.
"""

import sys
import tempfile
import time

import django
from django.db.migrations.loader import MigrationLoader

django.setup()
with tempfile.TemporaryDirectory() as nothing:
    if sys.argv[1:] == ["text"]:
        sys.pycache_prefix, sys.dont_write_bytecode = nothing, True
    began = time.process_time()
    MigrationLoader(None).project_state()
    print(time.process_time() - began)
