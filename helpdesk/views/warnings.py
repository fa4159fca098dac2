"""What we tell an author about their own text."""

from django.contrib import messages
from django.utils.translation import gettext as _

from foundation.wire.redaction import names_identity_number


def warn_about_identity_numbers(request, *texts: str) -> None:
    """The verbs have masked T.C. identity numbers; the author learns it and need not do anything."""
    if any(names_identity_number(text) for text in texts):
        messages.warning(
            request, _("We have hidden the T.C. identity number in your text. Please write no personal data.")
        )
