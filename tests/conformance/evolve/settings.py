"""The settings of a random project; `evolved.py` among its apps says what it has of its own."""

import os
import sys

if "EVOLVE_FOLDER" in os.environ:
    sys.path.insert(0, os.environ["EVOLVE_FOLDER"])

from base import *  # noqa: E402, F403
from evolved import *  # noqa: E402, F403

USE_TZ = True
