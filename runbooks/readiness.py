"""Can we act: somebody on call who can be reached, a plan in force."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation import readiness
from foundation.readiness import Finding, Part
from runbooks.models import Runbook, ShippedPiece
from runbooks.plans import blanks
from runbooks.rotas import on_call


@readiness.parts.register
def parts() -> Iterable[Part]:
    yield Part("on-call", 40, gettext_lazy("Somebody on call who can be reached"), watch, door="runbooks:on_call")
    yield Part("plan", 100, gettext_lazy("A plan that is approved"), plan, door="runbooks:shelf")


def watch() -> Finding:
    carriers = on_call.carriers(on_call.WATCH)
    if not carriers:
        return readiness.missing(_("Nobody is on call now."))
    silent = [person for person in carriers if not person.phone]
    if len(silent) == len(carriers):
        return readiness.missing(_("%(name)s is on call and has no telephone number.") % {"name": silent[0]})
    if len(carriers) == 1:
        return readiness.worth_a_look(_("%(name)s is on call, without a backup.") % {"name": carriers[0]})
    return readiness.ready(_("%(name)s is on call, with a backup.") % {"name": carriers[0]})


def plan() -> Finding:
    current = list(Runbook.objects.current())
    good = [one for one in current if one.approved_at and not blanks.missing(one.definition)]
    if good:
        sentence = ngettext("%(n)d plan is approved.", "%(n)d plans are approved.", len(good)) % {"n": len(good)}
        return readiness.ready(sentence)
    if current:
        return readiness.missing(_("Plans are published, and none is approved without a blank."))
    drafts = ShippedPiece.objects.filter(kind=ShippedPiece.Kind.PLAN).count()
    return readiness.missing(_("%(n)d shipped plans wait for your names.") % {"n": drafts})
