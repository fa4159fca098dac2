"""The template words of the house, built in: no `load` needed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from django import forms, template
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation import now
from foundation.language import formatting

register = template.Library()


@register.simple_tag
@cache
def shape(name: str) -> SafeString:
    """The mark of a state or an icon, from the sprite; always beside its word."""
    return format_html(
        '<svg class="nb-shape" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("nobet/sprite.svg"),
        name if name == "lantern" else f"s-{name}",
    )


@register.filter
def ago(at: datetime | None) -> str:
    """ "12 dk önce"; empty without a moment."""
    return formatting.ago(at, now()) if at else ""


@register.filter
def exact(at: datetime | None) -> str:
    """ "21.11.2026 14.05"; empty without a moment."""
    return formatting.exact(at) if at else ""


@register.filter
def when(at: datetime | None) -> SafeString | str:
    """A <time>: how long ago, with the exact moment in its title."""
    if not at:
        return ""
    moment, title = timezone.localtime(at).isoformat(timespec="seconds"), formatting.exact(at)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment, title, formatting.ago(at, now()))


@register.filter
def number(value: formatting.Number | None, decimals: int = 0) -> str:
    """1.234,56 in Turkish; a dash where nothing is known."""
    return "–" if value is None or value == "" else formatting.number(value, decimals)


@register.filter
def under(values: Mapping[str, str], key: str) -> str:
    """What a dictionary holds under this key; nothing where it holds nothing."""
    return values.get(key, "") if values else ""


@register.filter
def percent(ratio: formatting.Number | None, decimals: int = 1) -> str:
    """A ratio of one as %12,5; a dash where nothing is known."""
    return "–" if ratio is None or ratio == "" else formatting.percent(ratio, decimals)


@register.filter
def share_kept(ratio: formatting.Number | None) -> str:
    """An availability, never rounded up; a dash where nothing is known."""
    return "–" if ratio is None or ratio == "" else formatting.share_kept(ratio)


@register.inclusion_tag("_fields.html")
def fields(form: BaseForm) -> dict:
    """Every field of a form with label, help and error, in our design."""
    return {"form": form}


@register.inclusion_tag("_field.html")
def field(bound: BoundField) -> dict:
    """One field with label, help and error; radios and ticks become large targets."""
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return {"field": bound, "kind": "choices"}
    if isinstance(widget, forms.CheckboxInput):
        return {"field": bound, "kind": "tick", "widget": bound}
    return {"field": bound, "kind": "line", "widget": bound.as_widget(attrs={"class": "nb-input", "placeholder": ""})}


@register.filter
def stopwatch(length: timedelta) -> str:
    """Minutes and seconds as on a stopwatch: "04:31"; an hour and more with hours."""
    seconds = max(0, int(length.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
