"""A second opinion, written apart from the engine: it walks every minute and counts.

It shares nothing with `django_sla.arithmetic`: hours are read off the wall clock, the
holidays of its window stand here by hand (Law 2429, spring 2026).
"""

from datetime import date, datetime, timedelta

from tests.django_sla.a_shop import ISTANBUL

WINDOW_START = datetime(2026, 5, 11, tzinfo=ISTANBUL)
WINDOW_MINUTES = 60 * 24 * 45
CLOSED = {date(2026, 5, 19), date(2026, 5, 27), date(2026, 5, 28), date(2026, 5, 29), date(2026, 5, 30)}
SHORT = {date(2026, 5, 26)}
TAX = {date(2026, 6, 1)}
MINUTE = timedelta(minutes=1)


def is_open(calendar: str, moment: datetime) -> bool:
    """Whether the minute that begins at `moment` (Istanbul) is working time."""
    minute = moment.hour * 60 + moment.minute
    if calendar == "7-24":
        return True
    if calendar == "tr-uzun":
        return 420 <= minute < 1320
    if calendar == "tr-uzun-vergi":
        return 420 <= minute < 1320 or moment.date() in TAX
    if moment.weekday() > 4 or moment.date() in CLOSED:
        return False
    if moment.date() in SHORT and minute >= 780:
        return False
    return 510 <= minute < 750 or 810 <= minute < 1050


def minutes_of(calendar: str) -> list[bool]:
    return [is_open(calendar, WINDOW_START + n * MINUTE) for n in range(WINDOW_MINUTES)]


class NaiveClock:
    """One promise in whole minutes since the window began; asks every minute whether it counts."""

    LEVELS = (75, 100, 150)

    def __init__(self, opens: list[bool], start: int, budget: int):
        self.opens, self.start, self.budget = opens, start, budget
        self.first_start = start
        self.carried = 0
        self.rests: list[list] = []  # [from, to or None, kind]
        self.ended = None
        self.breached = None
        self.told: list[int] = []
        self.next_level = 0
        self.held_until = -1  # a level found with the office closed is told after it opens

    def resting(self) -> bytearray:
        """For each minute of the window whether the promise rests."""
        marks = bytearray(WINDOW_MINUTES)
        for start, end, _kind in self.rests:
            until = WINDOW_MINUTES if end is None else end
            marks[start:until] = b"\1" * (until - start)
        return marks

    def reaches(self, budget: int) -> int | None:
        """The earliest minute at which `budget` minutes have counted."""
        used, minute, resting = min(self.carried, budget), self.start, self.resting()
        while used < budget:
            if minute >= WINDOW_MINUTES:
                return None
            if self.opens[minute] and not resting[minute]:
                used += 1
            minute += 1
        return minute

    @property
    def due(self) -> int | None:
        return self.reaches(self.budget)

    @property
    def open_rests(self) -> list[str]:
        return [kind for _start, end, kind in self.rests if end is None]

    def pause(self, at: int, kind: str) -> None:
        if self.ended is None and kind not in self.open_rests:
            self.rests.append([at, None, kind])
            self.held_until = -1

    def resume(self, at: int, kind: str) -> None:
        for rest in self.rests:
            if self.ended is None and rest[1] is None and rest[2] == kind:
                rest[1] = at
                self.held_until = -1

    def fulfil(self, at: int) -> None:
        if self.ended is not None:
            return
        last_ran = min([start for start, end, _kind in self.rests if end is None], default=at)
        for rest in self.rests:
            rest[1] = at if rest[1] is None else rest[1]
        self._breach_if_late(last_ran)
        self.ended = at

    def reopen(self, at: int) -> None:
        if self.ended is not None:
            self.rests.append([self.ended, at, "closed"])
            self.ended, self.held_until = None, -1

    def change(self, at: int, opens: list[bool], budget: int, mode: str) -> None:
        """keep, restart or retroactive, as the terms say."""
        if self.ended is not None:
            return
        if mode == "retroactive":
            self.carried, self.start = 0, self.first_start
        else:
            resting = self.resting()
            counted = (self.opens[m] and not resting[m] for m in range(self.start, at))
            self.carried = self.carried + sum(counted) if mode == "keep" else 0
            self.start = at
        self.opens, self.budget = opens, budget
        self.next_level, self.held_until = 0, -1
        self._skip(at)

    def sweep(self, at: int) -> None:
        if self.ended is not None or self.open_rests:
            return
        self._breach_if_late(at)
        while self.next_level < len(self.LEVELS):
            moment = self.reaches(self.budget * self.LEVELS[self.next_level] // 100)
            if moment is None or moment >= at:
                return
            if at <= self.held_until:
                return
            if not self.opens[at] and at - moment > 15:
                self.held_until = self.opens.index(True, at)
                return
            self.told.append(self.LEVELS[self.next_level])
            self.next_level += 1

    def _skip(self, at: int) -> None:
        for level in self.LEVELS:
            moment = self.reaches(self.budget * level // 100)
            if moment is not None and moment <= at:
                self.next_level += 1

    def _breach_if_late(self, at: int) -> None:
        due = self.due
        if self.breached is None and due is not None and due < at:
            self.breached = due
