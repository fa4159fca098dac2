"""Access to an audience: whose page may listen, to what, and what it is shown first.

A context writes one class an audience by subclassing `LiveConsumer`; the socket,
the event stream and the polled JSON of `foundation.live.views` all ask it.
"""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, QueryDict
from django.http.cookie import parse_cookie

from foundation.directory.models import Person
from foundation.live import revocation
from foundation.live.revocation import Listener

NOT_SIGNED_IN = 4401
NOT_ALLOWED = 4403
NOT_FOUND = 4404


class SocketAccess:
    """Answers for one page and one audience. Subclasses set or override the four below.

    `public`     nobody is asked who they are and no cookie is read
    `kind`       the label of these pages in `nobet_ws_connections`
    `audience`   what the page listens to; read after `allows`, may be a property
    `allows()`    whether this person may; a synchronous function that may query
    `snapshot()` what is true now, as a dict; synchronous, the same for the whole audience

    They may use `self.person` (None for strangers), `self.kwargs` (from the path)
    and `self.query` (from the query string).
    """

    public: bool = False
    kind: str = "page"
    person: Person | None = None
    session_key: str = ""
    kwargs: Mapping[str, object] = {}
    query: Mapping[str, str] = {}

    @property
    def audience(self) -> str:
        raise NotImplementedError

    def allows(self) -> bool:
        return self.public

    def snapshot(self) -> dict:
        raise NotImplementedError

    def allows_strangers(self) -> bool:
        """Whether someone who is not signed in is asked for by `allows` at all."""
        return self.public

    def refusal(self) -> int | None:
        """None, or the close code that says why not. Queries; never called on an event loop."""
        if self.person is None and not self.allows_strangers():
            return NOT_SIGNED_IN
        return None if self.allows() else NOT_ALLOWED

    def listener(self) -> Listener | None:
        """What must stay true for the page to stay open; None for strangers."""
        if self.person is None:
            return None
        return revocation.listener(self.person.pk, self.session_key)

    # --- who asks to listen -----------------------------------------------

    def recognise_scope(self, scope: dict) -> None:
        """Learn from an ASGI scope; reads the session unless the audience is public."""
        self.kwargs = scope.get("url_route", {}).get("kwargs", {})
        self.query = QueryDict(scope.get("query_string", b""))
        if not self.public:
            self.session_key = cookies_of(scope).get(settings.SESSION_COOKIE_NAME, "")
            self.person = person_of_session(self.session_key)

    def recognise_request(self, request, kwargs: Mapping[str, object]) -> None:
        self.kwargs, self.query = kwargs, request.GET
        if not self.public and request.user.is_authenticated:
            self.person, self.session_key = request.user, request.session.session_key or ""


def cookies_of(scope: dict) -> dict[str, str]:
    cookies = b"; ".join(value for name, value in scope.get("headers", ()) if name == b"cookie")
    return parse_cookie(cookies.decode("latin1"))


def person_of_session(session_key: str) -> Person | None:
    """The active person whose session this is, by Django's own check of its hash."""
    if not session_key:
        return None
    visit = HttpRequest()
    visit.session = SessionStore(session_key)
    person = get_user(visit)
    return person if isinstance(person, Person) else None
