"""How many tickets one person and one municipality may file in a short time.

Far above what a counter at half past eight needs; a program that runs wild meets it
before the desk does. The desk itself logs calls and is counted by municipality alone.
"""

from django.conf import settings
from django.utils.translation import ngettext

from foundation import Refusal
from foundation.directory.models import Municipality, Person
from foundation.wire import limits

WINDOW = 10 * 60  # seconds


class TooManyTickets(Refusal):
    """Says after how many minutes it is worth trying again."""

    status = 429

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(
            ngettext(
                "Many tickets were opened in a short time. Please send this one again in %(n)d minute.",
                "Many tickets were opened in a short time. Please send this one again in %(n)d minutes.",
                minutes,
            )
            % {"n": minutes}
        )
        self.retry_after = seconds


def spend(person: Person, municipality: Municipality) -> None:
    """Count one ticket. Raises `TooManyTickets` beyond the limits of the settings."""
    of_place = ("filing.municipality", municipality.pk, settings.FILINGS_OF_A_MUNICIPALITY)
    of_person = ("filing.person", person.pk, settings.FILINGS_OF_A_PERSON)
    for name, whom, limit in [of_place] if person.works_at_the_desk else [of_person, of_place]:
        if wait := limits.wait_for(name, whom, limit=limit, per=WINDOW):
            raise TooManyTickets(wait)
