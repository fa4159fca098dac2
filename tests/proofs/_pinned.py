"""For the planter: a planted tree starts from the database that the unplanted one has made.

A fault changes the digest of the tree, and migrating anew would take longer than finding it.
"""

import os

from tests import templates

PINNED = "NOBET_TEMPLATE"

if name := os.environ.get(PINNED):
    templates.digest = lambda: name  # type: ignore[assignment]
