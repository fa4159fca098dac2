"""What the pages of rotas say of times and rules."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, ngettext

from runbooks.models import RotaLayer
from runbooks.rotas.imports.drafts import DraftRule

register = template.Library()
WEEK = 7


@register.filter
def typed(at: datetime) -> str:
    """A moment as a form's field takes it, wall time: "2026-12-01T09:00"."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


@register.filter
def rule_words(layer: RotaLayer | DraftRule) -> str:
    """A rule in one line: "1 week each, every day, all day, handed over at 09.00, from 30.11.2026 on"."""
    if layer.unit == RotaLayer.Unit.WEEK:
        length = ngettext("%(n)d week each", "%(n)d weeks each", layer.every) % {"n": layer.every}
    else:
        length = ngettext("%(n)d day each", "%(n)d days each", layer.every) % {"n": layer.every}
    is_whole = layer.opens == layer.closes
    hours = gettext("all day, handed over at %(opens)s") if is_whole else gettext("from %(opens)s to %(closes)s")
    clock = {"opens": f"{layer.opens:%H.%M}", "closes": f"{layer.closes:%H.%M}"}
    some = " ".join(str(WEEKDAYS_ABBR[int(day) - 1]) for day in layer.days)
    days = gettext("every day") if len(layer.days) == WEEK else some
    since = gettext("from %(day)s on") % {"day": f"{layer.starts_on:%d.%m.%Y}"}
    return ", ".join((length, days, hours % clock, since))
