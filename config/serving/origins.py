"""Which pages may open our sockets."""

from channels.security.websocket import OriginValidator
from django.conf import settings


class OwnPages(OriginValidator):
    """Refuses pages of other sites, which would ride on the reader's cookies.

    Programs send no Origin and carry no cookies of ours; the views themselves ask
    who they are, as they ask everyone.
    """

    def valid_origin(self, parsed_origin) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


def own_pages(application) -> OwnPages:
    return OwnPages(application, settings.ALLOWED_HOSTS)
