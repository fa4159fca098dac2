"""Which gateways are in use, first choice first."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from foundation.outbox.gateways.console import Console
from foundation.outbox.gateways.gateway import Gateway
from foundation.outbox.gateways.iletimerkezi import IletiMerkezi
from foundation.outbox.gateways.jetsms import JetSms
from foundation.outbox.gateways.mail import Mail
from foundation.outbox.gateways.netgsm import NetGsm
from foundation.outbox.gateways.operator import Operator
from foundation.outbox.gateways.push import WebPush
from foundation.outbox.gateways.twilio import Twilio
from foundation.outbox.gateways.verimor import Verimor
from foundation.outbox.gateways.webhook import Webhook
from foundation.outbox.gateways.without import WithoutSms

KINDS: dict[str, type[Gateway]] = {
    "console": Console,
    "none": WithoutSms,
    "twilio": Twilio,
    "operator": Operator,
    "netgsm": NetGsm,
    "iletimerkezi": IletiMerkezi,
    "verimor": Verimor,
    "jetsms": JetSms,
    "mail": Mail,
    "webhook": Webhook,
    "push": WebPush,
}
ALONE = {"email": "mail", "hook": "webhook", "push": "push"}


def chain(channel: str) -> list[str]:
    """The names of the gateways of a channel: the first is used while its breaker is closed."""
    if channel in ALONE:
        return [ALONE[channel]]
    names = [name.strip() for name in settings.SMS_GATEWAY.split(",") if name.strip()]
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise ImproperlyConfigured(f"SMS_GATEWAY names no gateway we have: {settings.SMS_GATEWAY!r}.")
    return names


def make(name: str) -> Gateway:
    return KINDS[name]()
