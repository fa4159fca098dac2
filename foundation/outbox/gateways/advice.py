"""What a person has to do when a gateway refuses, in one sentence each."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.outbox.gateways import codes

TITLES: dict[str, str | Promise] = {
    "console": _("console"),
    "twilio": "Twilio",
    "operator": _("domestic operator"),
    "netgsm": "NetGSM",
    "iletimerkezi": "İleti Merkezi",
    "verimor": "Verimor",
    "jetsms": "JetSMS",
}

_LOGIN = _("Check user and password in the settings, and that the gateway's panel allows this server's address.")
SENTENCES: dict[str, str | Promise] = {
    codes.NO_CREDIT: _("Load credit in the gateway's panel; sending goes on by itself within a minute."),
    codes.NO_ENTRY: _LOGIN,
    "20003": _LOGIN,
    codes.NOT_ALLOWED: _("Enter this server's address into the list of allowed addresses in the gateway's panel."),
    codes.BAD_SENDER: _("Have the sender title approved by the gateway, or set SMS_SENDER to one that is."),
    "21603": _("Have the sender title approved by the gateway, or set SMS_SENDER to one that is."),
    "21606": _("Have the sender title approved by the gateway, or set SMS_SENDER to one that is."),
    codes.IYS: _("Have the gateway enable sending for information without an İYS query for this account."),
    codes.BAD_REQUEST: _("The gateway does not understand our request: show this code to its support."),
    "30002": _("The account is suspended: ask the gateway what is missing."),
    codes.FILTERED_ROUTE: _("Operators dropped too many messages: look at text and sender title, then open it again."),
    codes.THROTTLED: _("The gateway says we are too fast; sending goes on more slowly by itself."),
}
OTHER = _("Ask the gateway what this code means; one message tries again every minute.")


def title(name: str) -> str:
    """What people call a gateway."""
    return str(TITLES.get(name, name))


def sentence(because: str) -> str:
    """For why a route is shut, as its row says it: the code comes first."""
    return str(SENTENCES.get(because.split(" ")[0], OTHER))
