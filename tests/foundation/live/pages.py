"""A browser's half of the protocol, for tests and benchmarks; needs no Django."""

import json


class Page:
    """A browser's half of the protocol, exactly as contracts.md words it."""

    def __init__(self):
        self.epoch, self.last, self.things = "", -1, {}
        self.heads: list[dict] = []
        self.snapshots = 0
        self.deltas: list[dict] = []
        self.must_resume = False

    def hear(self, text: str) -> dict:
        return self.hear_frame(json.loads(text))

    def hear_frame(self, frame: dict) -> dict:
        {"s": self._snapshot, "d": self._delta, "h": self._head, "resync": self._resync}[frame["t"]](frame)
        return frame

    def _snapshot(self, frame):
        self.epoch, self.last, self.things = frame["e"], frame["l"], {id: {**v} for id, v in frame["things"].items()}
        self.snapshots += 1
        self.must_resume = False

    def _delta(self, frame):
        self.deltas.append(frame)
        if frame["e"] != self.epoch or frame["f"] > self.last + 1:
            self.must_resume = True
        elif frame["l"] > self.last:
            self.last = frame["l"]
            self.must_resume = False
            for change in frame["n"]:
                self.things.setdefault(change["i"], {}).update(change["v"])

    def _head(self, frame):
        self.heads.append(frame)
        self.must_resume = frame["e"] != self.epoch or frame["l"] > self.last

    def _resync(self, frame):
        self.epoch, self.must_resume = "", True

    def resume_frame(self) -> str:
        return json.dumps({"t": "resume", "e": self.epoch, "l": self.last})
