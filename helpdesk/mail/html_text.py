"""A letter that was written as a page: its words as text, each line and cell apart. Pure.

inscriptis lays the page out. What hides from the reader of the letter is left out, what a
link leads to stands behind its words. A page made to be costly (nested, padded, endless)
gives its words without the layout.
"""

import html
import re

from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from lxml import etree
from lxml import html as lxml_html

SILENT = {"script", "style", "title", "template"}
BLOCKS = ("section", "center", "form", "fieldset", "legend", "hr", "dl", "dt", "dd", "details", "summary", "option")
LAYOUT = ParserConfig(
    css={
        **STRICT_CSS_PROFILE,
        **{name: HtmlElement(display=Display.block) for name in BLOCKS},
        **{name: HtmlElement(display=Display.none) for name in SILENT},
    },
    table_cell_separator="  ",
)
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
KEEPS_LINES = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
LINE_MAKERS = ("p", "div", "br", "li", "tr", "pre")
MOST_CELLS = 20_000_000  # letters of a sheet as wide as its widest cell and as high as its lines
MOST_TAGS = 100_000
MOST_ATTRIBUTES = 300
TAG = re.compile(r"/?([a-zA-Z][\w:-]*)|[!?]")
BREAKING = ("p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "blockquote", "pre", *BLOCKS)
GAPS = {**dict.fromkeys(BREAKING, "\n"), "td": " ", "th": " "}


def text_of(page: str) -> str:
    """The words of a page; never fails and never loses one that its reader would see."""
    page = page.replace("\0", "")
    tree = parsed(page) if is_readable(page) else None
    if tree is None:
        return tidy(bare(page))
    prepare(tree)
    return tidy(Inscriptis(tree, LAYOUT).get_text() if is_calm(tree) else bare(page))


def is_readable(page: str) -> bool:
    """Whether parsing it stays cheap."""
    tags = page.split("<")
    return len(tags) <= MOST_TAGS and all(len(tag.partition(">")[0].split()) <= MOST_ATTRIBUTES for tag in tags[1:])


def parsed(page: str) -> etree._Element | None:
    """The tree of a page; None for one that is empty, or that the parser gave up on."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml_html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    gave_up = any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log)
    return None if gave_up else tree


def prepare(tree: etree._Element) -> None:
    """Take out what is hidden, write down where links lead, and keep of all style only the line breaks."""
    for element in list(tree.iter(etree.Element)):
        style = element.get("style", "")
        if element.getparent() is not None and (HIDDEN.search(style) or "hidden" in element.attrib):
            element.drop_tree()
            continue
        goal = element.get("href", "") if element.tag == "a" else ""
        element.attrib.clear()
        if KEEPS_LINES.search(style):
            element.set("style", "white-space: pre")
        if goal.startswith(("http://", "https://")) and goal not in element.text_content():
            element.tail = f" <{goal}>{element.tail or ''}"


def is_calm(tree: etree._Element) -> bool:
    """Whether laying out its tables stays cheap: they are padded to the widest cell, line by line."""
    widest = max((len(cell.text_content()) for cell in tree.iter("td", "th")), default=0)
    return widest * sum(1 for _element in tree.iter(*LINE_MAKERS)) <= MOST_CELLS


def bare(page: str) -> str:
    """The words of any page at all, its blocks apart, read once from left to right."""
    first, *tags = page.split("<")
    pieces, silent = [first], ""
    for piece in tags:
        inside, closed, text = piece.partition(">")
        tag = TAG.match(inside)
        if not closed or tag is None:
            pieces.append("" if silent else f"<{piece}")
            continue
        name = (tag[1] or "").lower()
        if name in SILENT and silent in ("", name):
            silent = "" if inside.startswith("/") else name
        if not silent:
            pieces.append(f"{GAPS.get(name, '')}{text}")
    return html.unescape("".join(pieces))


def tidy(text: str) -> str:
    """No padding at the ends of lines, and never more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()
