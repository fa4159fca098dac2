"""A small picture of one word, for other people's pages."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.models import State

# Read on white pages elsewhere, so the colours are fixed: the light theme's words of state.
INK = {
    State.OK: "#0c5244",
    State.DEGRADED: "#5e4500",
    State.PARTIAL: "#7d2f06",
    State.OUTAGE: "#8c001c",
    State.MAINTENANCE: "#45299f",
    State.NO_DATA: "#464e58",
}


def badge(state: State) -> SafeString:
    """An SVG of "e-Belediye: <state>", readable without colour."""
    word = str(state.label)
    width = 92 + 7 * len(word)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="20" role="img" aria-label="e-Belediye: {word}">'
        '<rect width="{w}" height="20" rx="4" fill="{ink}"/><rect width="80" height="20" rx="4" fill="#3f4750"/>'
        '<g fill="#fff" font-family="DejaVu Sans,Verdana,sans-serif" font-size="11">'
        '<text x="8" y="14">e-Belediye</text><text x="87" y="14">{word}</text></g></svg>',
        w=width,
        ink=INK[state],
        word=word,
    )
