"""The polite noes of the watch."""

from django.utils.translation import gettext_lazy as _

from foundation import Refusal


class OutageIsOver(Refusal):
    sentence = _("This outage has already ended.")


class AlreadyAcknowledged(Refusal):
    sentence = _("Somebody has already acknowledged this outage.")


class NothingIsAffected(Refusal):
    sentence = _("An outage needs at least one component, node or municipality.")
    status = 422


class NothingChosen(Refusal):
    sentence = _("Choose what belongs to the new outage; somebody else may have moved it already.")
    status = 422


class NothingStays(Refusal):
    sentence = _("Something must stay in the outage that is split.")
    status = 422


class WindowCoversNothing(Refusal):
    sentence = _("Say what is in maintenance: everything, components, provinces, municipalities or nodes.")
    status = 422
