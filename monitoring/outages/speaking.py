"""The one way to a public word about an open outage, whatever the door: the words page, an answer to all tickets.

Whoever keeps the watch speaks at once about what is local, a drill or not public. Everything
else waits for a second person of the watch; who is alone there says why and may speak at once.
Stage and next word are those that were chosen: what nobody chose stays as it stands.
"""

from django.db import transaction

from foundation.directory.models import Person
from monitoring.models import Outage
from monitoring.outages import review_queue
from monitoring.outages.unreviewed import needs_second_look
from monitoring.refusals import MayNotSpeak


def must_wait(outage: Outage, by: Person) -> bool:
    """Whether somebody else has to look before the public reads what this person writes."""
    return not by.keeps_the_watch or needs_second_look(outage)


@transaction.atomic
def speak(
    outage: Outage,
    *,
    text_tr: str,
    text_en: str,
    by: Person,
    stage: str = "",
    minutes: int | None = None,
    alone_because: str = "",
) -> bool:
    """Say it, or lay it before a second person; True if the public reads it now.

    `minutes` until the next word: 0 announces none, None leaves the announced one. `alone_because`
    counts for those who keep the watch. Refused with MayNotSpeak, OutageIsOver.
    """
    if not by.works_nationally:
        raise MayNotSpeak
    words: review_queue.Words = {"text_tr": text_tr, "text_en": text_en, "minutes": minutes}
    words["stage"] = stage or outage.stage
    if not must_wait(outage, by):
        review_queue.publish(outage, **words, by=by)
    elif by.keeps_the_watch and alone_because.strip():
        review_queue.publish_alone(outage, **words, by=by, because=alone_because.strip())
    else:
        review_queue.propose(outage, **words, by=by)
        return False
    return True
