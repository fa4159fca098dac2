"""The polite noes of the watch."""

from django.utils.translation import gettext_lazy as _

from foundation import Refusal


class OutageIsOver(Refusal):
    sentence = _("This outage has already ended.")


class MayNotSpeak(Refusal):
    sentence = _("Only people who work for the whole country speak about an outage.")
    status = 403


class ForTheWatch(Refusal):
    sentence = _("This is for those who keep the watch.")
    status = 403


class OfNoMunicipality(Refusal):
    sentence = _("Only staff of a municipality say that it is affected.")
    status = 403


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


class SheetHasFaults(Refusal):
    sentence = _("Nothing was taken in: correct the lines that are named and send the sheet again.")
    status = 422


class WindowCoversNothing(Refusal):
    sentence = _("Say what is in maintenance: everything, components, provinces, municipalities or nodes.")
    status = 422


class NothingRuns(Refusal):
    sentence = _("No round of this window runs now; somebody else may have ended it already.")


class NoSuchRound(Refusal):
    sentence = _("No round of this window begins then; it has begun already, or somebody else called it off.")


class WindowCannotRepeat(Refusal):
    sentence = _("A window does not repeat by this rule: its rounds would be too many, or there would be none.")
    status = 422


class SubscriptionIsOver(Refusal):
    sentence = _("This subscription has ended, or its link is too old. You can subscribe again at any time.")
    status = 410


class WrongSubscriptionCode(Refusal):
    sentence = _("The code is wrong or too old. Please check it, or start again.")
    status = 422


class TooManySubscriptions(Refusal):
    sentence = _("This address already has twenty subscriptions. Please end one of them first.")
    status = 409


class NothingToCorrect(Refusal):
    sentence = _("Nothing would change. Please write what was wrong differently.")
    status = 422


class OutageIsStillOpen(Refusal):
    sentence = _("The report is written once the outage is over.")


class ReportHasGaps(Refusal):
    sentence = _("The report still has gaps […]. Please fill or remove each of them first.")
    status = 422


class NeedsOtherEyes(Refusal):
    sentence = _("The second look is somebody else's: whoever wrote the words cannot give it.")
    status = 403


class AlreadyDecided(Refusal):
    sentence = _("These words no longer wait: somebody has decided, or other words took their place.")
