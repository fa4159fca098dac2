"""What the pages of rotas say of times and rules."""

from urllib.parse import urlencode

from django import template
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext, ngettext

from runbooks.models import RotaLayer, Shift
from runbooks.rotas.gaps import Gap
from runbooks.rotas.imports.drafts import DraftRule

register = template.Library()
WEEK = 7


@register.filter
def as_question(hours: Shift | Gap) -> str:
    """The rank and hours of a shift or a hole, as the form that puts somebody there takes them from its address."""
    times = {"starts_at": hours.starts_at, "ends_at": hours.ends_at}
    typed = {name: timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") for name, moment in times.items()}
    return urlencode({"rank": int(hours.rank), **typed}, safe=":")


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
