"""A letter's words as a page for mail programs that show pages: the same words, their links to press. Pure."""

import re

from django.utils.html import escape

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
ENGLISH = re.compile(r"\b(the|your|and|ticket)\b", re.IGNORECASE)
FONT = "font-family: system-ui, 'Segoe UI', Roboto, sans-serif; font-size: 15px; line-height: 1.5; color: #1b1f24"


def page_of(text: str) -> str:
    """One paragraph for each block of lines. Its language is that of its words: we write Turkish and English."""
    blocks = [block for block in re.split(r"\n{2,}", text.strip()) if block.strip()]
    words = "\n".join(f'<p style="margin: 0 0 1em">{block_of(block)}</p>' for block in blocks)
    language = "en" if len(ENGLISH.findall(text)) > 2 else "tr"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return (
        f'<!doctype html>\n<html lang="{language}"><head>{head}</head><body style="{FONT}">\n{words}\n</body></html>\n'
    )


def block_of(block: str) -> str:
    pieces, at = [], 0
    for found in LINK.finditer(block):
        address = escape(found[0])
        pieces += [escape(block[at : found.start()]), f'<a href="{address}">{address}</a>']
        at = found.end()
    return "".join([*pieces, escape(block[at:])]).replace("\n", "<br>\n")
