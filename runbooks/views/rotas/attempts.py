"""A form, and the verb that may refuse what it says."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest, QueryDict

from foundation import Refusal
from runbooks.rotas.forms import SignedForm
from runbooks.rotas.permissions import TooFewWays


def typed(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if it is nothing at all; None where a form is only asked for."""
    return request.POST if request.method == "POST" else None


def succeeds(form: Form, verb: Callable[[], object]) -> bool:
    """Call the verb if the form is in order; a polite no is an error of the form, unless it is about who asks."""
    if not form.is_valid():
        return False
    try:
        verb()
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        if isinstance(refusal, TooFewWays) and isinstance(form, SignedForm):
            form.ask_signature()
        form.add_error(None, str(refusal))
        return False
    return True
