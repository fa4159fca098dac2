"""Which tickets are about the same outage: folded character n-grams, module, municipality, time.

Pure values: no database, no clock. A `Desk` is told of tickets in the order of their
time. Each joins the group it resembles most, or starts one of its own; a group counts
as an outage once several municipalities are in it. The job and `match_eval` use the
same `Desk`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import sqrt
from typing import NamedTuple

from helpdesk.incidents import classifier, vocabulary

# A group falls silent when nobody has joined for this long.
SILENT_AFTER = timedelta(minutes=60)
# So many municipalities saying the same within so short a time are no coincidence.
QUORUMS = ((3, timedelta(minutes=8)), (4, timedelta(minutes=20)), (6, timedelta(minutes=45)))

WEIGHT_TOPIC, WEIGHT_TEXT = 0.6, 0.4
LIKE_ENOUGH = 0.42
# Once a group has its own way of speaking, the module alone admits nobody who is not sure to mean an outage.
SETTLED_AT = 3
SAME_WORDS, SAME_TOPIC, SURE = 0.10, 0.8, 0.85
# Two groups that agree so far are one.
SAME_TOPICS, SAME_VOICE = 0.75, 0.15
# Whoever sounds like an outage may found a group; who might mean one joins a known one whose words they share.
LIKELY_OUTAGE, POSSIBLE_OUTAGE, LIKE_A_KNOWN_ONE = 0.5, 0.15, 0.5
# Who names no component is known by the words alone.
NAMELESS = 1.3
SEEN_BY_THE_WATCH = 0.4
EVIDENT_WORDS = 4


@dataclass(frozen=True)
class TicketText:
    """What the matcher reads of one ticket. `key` is the caller's name for it."""

    key: int | str
    subject: str
    body: str
    module: str
    municipality: str
    at: datetime
    # A node of this municipality, or the component itself, fails or is suspected just now.
    is_failing_there: bool = False

    @cached_property
    def text(self) -> str:
        return vocabulary.plain(f"{self.subject} {self.body}")

    @cached_property
    def topics(self) -> dict[str, float]:
        """What it is about: the words first, the chosen module as a second opinion."""
        heard = vocabulary.topics_in(self.text)
        if self.module not in vocabulary.NO_TOPIC:
            heard[self.module] = max(heard.get(self.module, 0), 0.8 if heard else 1.0)
        return heard

    @cached_property
    def telling_words(self) -> frozenset[str]:
        """Those of its plain words that say something."""
        return frozenset(word for word in self.text.split() if len(word) > 2 and word not in vocabulary.FILLERS)

    @cached_property
    def grams(self) -> Counter:
        """Character n-grams of the telling words."""
        return Counter(gram for word in self.telling_words for gram in vocabulary.trigrams(word))

    @cached_property
    def outage_likelihood(self) -> float:
        """0 to 1: does this sound like something that stopped for everybody?

        What the watch sees at the filer's own place speaks with the words.
        """
        heard = classifier.shipped().probability(classifier.features(self.text))
        return heard + (1 - heard) * SEEN_BY_THE_WATCH * self.is_failing_there


class LinkEvidence(NamedTuple):
    """Why a ticket was linked: who else wrote, the words they share, and whether the watch sees it there, too."""

    municipalities: int
    words: list[str]
    is_failing_there: bool


@dataclass
class Group:
    """Reports that resemble each other. `key` is the incident it already is, if it is one."""

    key: object = None
    members: list[TicketText] = field(default_factory=list)
    topics: Counter = field(default_factory=Counter)
    grams: Counter = field(default_factory=Counter)
    last_at: datetime | None = None
    reached_quorum: bool = False
    absorbed_by: "Group | None" = None

    @property
    def root(self) -> "Group":
        """The group this one has become part of, else itself."""
        return self.absorbed_by.root if self.absorbed_by else self

    def absorb(self, other: "Group") -> None:
        """The two were one matter all along."""
        for report in sorted(other.members, key=lambda report: report.at):
            self.add(report)
        self.reached_quorum = self.reached_quorum or other.reached_quorum
        other.absorbed_by = self

    def is_same_as(self, other: "Group") -> bool:
        """Whether two groups speak of the same things in the same words."""
        topics = topic_likeness(self.topics, other.topics)
        return topics >= SAME_TOPICS and cosine_of_counts(self.grams, other.grams) >= SAME_VOICE

    def add(self, report: TicketText) -> None:
        self.members.append(report)
        self.topics.update(report.topics)
        self.grams.update(report.grams.keys())
        self.last_at = max(self.last_at or report.at, report.at)
        self.reached_quorum = self.reached_quorum or any(
            self.municipalities_within(length, report.at) >= enough for enough, length in QUORUMS
        )

    def municipalities_within(self, length: timedelta, at: datetime) -> int:
        """How many different municipalities joined during the last `length`."""
        lately = {report.municipality for report in self.members if at - report.at <= length}
        return len(lately)

    @property
    def is_outage(self) -> bool:
        """Declared, or enough municipalities said the same in a short time, once."""
        return self.key is not None or self.reached_quorum

    def is_silent(self, at: datetime) -> bool:
        return self.key is None and self.last_at is not None and at - self.last_at > SILENT_AFTER

    def evidence(self, report: TicketText) -> LinkEvidence:
        """Why `report`, one of its members, belongs here."""
        others = [member for member in self.members if member.municipality != report.municipality]
        shared = Counter(word for member in others for word in report.telling_words & member.telling_words)
        words = [word for word, _times in shared.most_common(EVIDENT_WORDS)]
        return LinkEvidence(len({member.municipality for member in others}), words, report.is_failing_there)

    def likeness(self, report: TicketText) -> float:
        """0 to 1.3: how much the report resembles what the group is about."""
        wording = cosine(report.grams, self.grams)
        topic = topic_likeness(report.topics, self.topics)
        is_plain = topic >= SAME_TOPIC and report.outage_likelihood >= SURE
        if len(self.members) >= SETTLED_AT and wording < SAME_WORDS and not is_plain:
            return 0.0
        return WEIGHT_TOPIC * topic + WEIGHT_TEXT * wording if report.topics else wording * NAMELESS


def topic_likeness(one: Mapping[str, float], many: Mapping[str, float]) -> float:
    """Cosine of two topic vectors in which related components are not quite strangers."""
    if not one or not many:
        return 0.0
    inner = sum(a * b * kinship(x, y) for x, a in one.items() for y, b in many.items())
    norm_one = sum(a * b * kinship(x, y) for x, a in one.items() for y, b in one.items())
    norm_many = sum(a * b * kinship(x, y) for x, a in many.items() for y, b in many.items())
    return inner / sqrt(norm_one * norm_many)


def kinship(one: str, other: str) -> float:
    return 1.0 if one == other else vocabulary.RELATED.get(frozenset({one, other}), 0.0)


def cosine_of_counts(one: Counter, other: Counter) -> float:
    inner = sum(count * other[gram] for gram, count in one.items())
    norm = sqrt(sum(count * count for count in one.values()) * sum(count * count for count in other.values()))
    return inner / norm if norm else 0.0


def cosine(one: Counter, many: Counter) -> float:
    if not one or not many:
        return 0.0
    inner = sum(many[gram] for gram in one)
    return inner / sqrt(len(one) * sum(count * count for count in many.values()))


class Desk:
    """The groups that are open just now."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.groups: list[Group] = list(groups)

    def take(self, report: TicketText) -> Group | None:
        """The group this report belongs to, perhaps a new one; None if it sounds like no outage."""
        self.groups = [group for group in self.groups if not group.is_silent(report.at)]
        if report.outage_likelihood < POSSIBLE_OUTAGE:
            return None
        scored = [(group.likeness(report), group) for group in self.groups]
        score, group = max(scored, key=lambda pair: pair[0], default=(0.0, None))
        if report.outage_likelihood < LIKELY_OUTAGE:
            if group is None or not group.is_outage or score < LIKE_A_KNOWN_ONE:
                return None
        elif group is None or score < LIKE_ENOUGH:
            group = Group()
            self.groups.append(group)
        group.add(report)
        return self.united(group)

    def united(self, group: Group) -> Group:
        """`group` after taking in another that turned out to be the same; a known incident keeps its name."""
        for other in self.groups:
            if other is not group and not (group.key and other.key) and group.is_same_as(other):
                kept, given = (other, group) if other.key or len(other.members) > len(group.members) else (group, other)
                kept.absorb(given)
                self.groups.remove(given)
                return kept
        return group


def replay(reports: Iterable[TicketText]) -> dict[object, int]:
    """{key: number of its group} for those that end up linked, from an empty desk."""
    desk, joined = Desk(), []
    for report in sorted(reports, key=lambda report: report.at):
        group = desk.take(report)
        if group is not None:
            joined.append((report.key, group))
    numbers: dict[int, int] = {}
    return {key: numbers.setdefault(id(group.root), len(numbers) + 1) for key, group in joined if group.root.is_outage}
