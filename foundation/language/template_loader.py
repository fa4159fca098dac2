"""Templates are indented for whoever writes them; whoever fetches a page does not pay for it."""

import re

from django.template import Origin
from django.template.loaders import app_directories

INDENTATION = re.compile(r"\n[ \t]+")


class Loader(app_directories.Loader):
    """Those of the apps, HTML without indentation. Line breaks stay: they part words, and errors name their lines."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return INDENTATION.sub("\n", contents) if str(origin.name).endswith(".html") else contents
