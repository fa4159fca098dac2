"""Outages: declared, joined, spoken about, ended.

declaring       declare, join, absorb        somebody or something says that it is broken
reading         covering, open_now           what others ask
splitting       split                        one outage turns out to be two
merging         join_by_hand                 two outages turn out to be one
updates         publish, acknowledge, tell   what people hear, and who has seen it
unreviewed      needs_second_look            words that one person said, and the letter to the others
review_queue    propose, let_out, send_back, take_back, publish_alone   the second look at wide words
speaking        speak, must_wait             the one way to a public word, whatever the door
correlation     review                       what the nodes' states say: open, join, widen, settle
ending          settle, end                  who is back, and when it is over
correcting      correct, retime, withdraw, show   putting right what was said, taking back what was no outage
postmortem      draft, save, publish         the report afterwards
preview         fill, preview                sentences at hand, how they will look, how many read them
impact_reports  report                       "biz de etkilendik", one per municipality and outage
"""

from monitoring.outages.correcting import correct, retime, show, withdraw
from monitoring.outages.correlation import review
from monitoring.outages.declaring import absorb, declare, join
from monitoring.outages.ending import end, settle
from monitoring.outages.merging import join_by_hand
from monitoring.outages.reading import covering, open_now
from monitoring.outages.review_queue import let_out, propose, publish_alone, send_back, take_back
from monitoring.outages.speaking import must_wait, speak
from monitoring.outages.splitting import split
from monitoring.outages.unreviewed import needs_second_look
from monitoring.outages.updates import acknowledge, publish, tell

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
    "must_wait",
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
    "speak",
    "split",
    "take_back",
    "tell",
    "withdraw",
]
