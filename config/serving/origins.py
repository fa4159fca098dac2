"""Which pages may open our sockets."""

from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class OwnPages:
    """Refuses pages of other sites, which would ride on the reader's cookies.

    A page is ours when scheme, host and port are those of PUBLIC_BASE_URL, or of the
    address at which this very socket was asked for: cookies know no ports, so a page
    on another port of our host would ride on them, too. Programs send no Origin and
    carry no cookies of ours; the views themselves ask who they are, as they ask everyone.
    """

    def __init__(self, application) -> None:
        self.application = application

    async def __call__(self, scope, receive, send) -> None:
        await OriginIfAny(self.application, own_origins(scope))(scope, receive, send)


class OriginIfAny(OriginValidator):
    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)

    def match_allowed_origin(self, parsed_origin: ParseResult, pattern: str) -> bool:
        """By scheme, host and port; a port that is no number belongs to nobody."""
        try:
            return super().match_allowed_origin(parsed_origin, pattern)
        except ValueError:
            return False


def own_origins(scope: dict) -> list[str]:
    """The public address, and the one in the Host header if that host is ours."""
    headers = {name.lower(): value.decode("latin1") for name, value in scope.get("headers", ())}
    host = headers.get(b"host", "")
    name, _port = split_domain_port(host)
    if not name or not validate_host(name, settings.ALLOWED_HOSTS):
        return [settings.PUBLIC_BASE_URL]
    is_secure = scope.get("scheme") == "wss" or headers.get(b"x-forwarded-proto") == "https"
    return [settings.PUBLIC_BASE_URL, f"{'https' if is_secure else 'http'}://{host}"]
