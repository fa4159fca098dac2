"""Every part of the house looked at, in the order in which one would put it right."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation import readiness
from foundation.readiness import Finding, Part, Readiness

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """One part and how it stands."""

    part: Part
    finding: Finding

    @property
    def is_missing(self) -> bool:
        return self.finding.readiness is Readiness.MISSING


def all_parts(*, before_upgrade: bool = False) -> list[Part]:
    """Those for every day, or with those that matter before an upgrade."""
    registered = [part for provide in readiness.parts for part in provide()]
    return sorted(
        (part for part in registered if before_upgrade or not part.before_upgrade), key=lambda part: part.place
    )


def look(*, before_upgrade: bool = False) -> list[Looked]:
    return list(_look(before_upgrade))


def _look(before_upgrade: bool) -> Iterator[Looked]:
    for part in all_parts(before_upgrade=before_upgrade):
        try:
            finding = part.look()
        except Exception as error:  # a part that cannot be looked at is missing, and the others still answer
            logger.exception("the part %s could not be looked at", part.name)
            finding = readiness.missing(_("This could not be looked at: %s") % type(error).__name__)
        yield Looked(part, finding)
