"""The texts that stand ready. Tokens in braces are a fixed list; there is no template engine.

No text carries a link or asks for a reply: operators drop the first, and the route is
one-way (reference, §0.2 and §0.3).
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

# Filled once for the whole message by the person who composes it.
ASKED = ("saat", "sonraki", "tahmini", "plan", "tel", "tarih", "modul")
# Filled for each recipient when the message leaves.
OF_RECIPIENT = ("belediye", "il", "gorev")
CODE = "kod"
# Stands ready where the composer wrote no other.
STANDARD_CORRECTION = "e-Belediye düzeltme: Az önceki mesajdaki bilgi hatalıdır. Güncel bilgi durum sayfasındadır."
TOKENS = (*ASKED, *OF_RECIPIENT, CODE)


@dataclass(frozen=True)
class Template:
    key: str
    language: str
    subject: str
    text: str
    correction: str = ""
    is_drill: bool = False


def _ready() -> tuple[Template, ...]:
    """As they stand in `ready.yaml`."""
    entries = yaml.safe_load(Path(__file__).with_name("ready.yaml").read_text(encoding="utf-8"))
    return tuple(Template(**entry) for entry in entries)


READY = _ready()
