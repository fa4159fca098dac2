"""How a step ended, in words that people read; what the database holds is for programs."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def in_words(outcome: str, definition: dict) -> str:
    """An option's own label, else the common word; `definition` is the step in the run's plan."""
    options = {option["key"]: option["label"] for option in definition.get("options", [])}
    common = {
        "done": _("done"),
        "approved": _("approved"),
        "refused": _("refused"),
        "skipped": pgettext("step", "left out"),
        "elapsed": _("time is over"),
    }
    return options.get(outcome) or common.get(outcome, outcome)
