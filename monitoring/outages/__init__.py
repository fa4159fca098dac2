"""Outages: declared, joined, spoken about, ended.

declaring   declare, join, absorb         somebody or something says that it is broken
reading     covering, open_now            what others ask
splitting   split                         one outage turns out to be two
uniting     join_by_hand                  two outages turn out to be one
speaking    publish, acknowledge, tell    what people hear, and who has seen it
alone       needs_second_look            words that one person said, and the letter to the others
proposing   propose, let_out, send_back, take_back, publish_alone   the second look at wide words
reviewing   review                        what the nodes' states say: open, join, widen, settle
ending      settle, end                   who is back, and when it is over
correcting  correct, retime, withdraw, show   putting right what was said, taking back what was no outage
looking_back  draft, save, publish       the report afterwards
wordcraft   fill, preview                sentences at hand, how they will look, how many read them
"""

from monitoring.outages.alone import needs_second_look
from monitoring.outages.correcting import correct, retime, show, withdraw
from monitoring.outages.declaring import absorb, declare, join
from monitoring.outages.ending import end, settle
from monitoring.outages.proposing import let_out, propose, publish_alone, send_back, take_back
from monitoring.outages.reading import covering, open_now
from monitoring.outages.reviewing import review
from monitoring.outages.speaking import acknowledge, publish, tell
from monitoring.outages.splitting import split
from monitoring.outages.uniting import join_by_hand

__all__ = [
    "absorb",
    "acknowledge",
    "correct",
    "covering",
    "declare",
    "end",
    "join",
    "join_by_hand",
    "let_out",
    "needs_second_look",
    "open_now",
    "propose",
    "publish",
    "publish_alone",
    "retime",
    "review",
    "send_back",
    "settle",
    "show",
    "split",
    "take_back",
    "tell",
    "withdraw",
]
