"""A name without a number, operations that are inherited, and an order that another migration is put into."""

from .base import Quick


class Migration(Quick):
    dependencies = [("idioms", "base")]
    run_before = [("idioms", "0005_after")]
