"""pretix with its own settings, on the bench's database."""

from pretix.settings import *

from base import DATABASES
