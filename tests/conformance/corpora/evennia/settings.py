"""A game of Evennia's as `evennia --init` begins it, without the game."""

from evennia.settings_default import *

from base import *

SERVERNAME = "Conformance"
