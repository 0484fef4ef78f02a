"""Django's own command line for the deltacrown case."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deltacrown.settings")
    execute_from_command_line(sys.argv)
