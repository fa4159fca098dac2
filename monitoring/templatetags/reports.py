"""Reports are Markdown; what reaches a page is a small, cleaned part of HTML."""

import nh3
from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()
TAGS = {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "code", "a", "blockquote", "br", "hr"}
_markdown = MarkdownIt("commonmark", {"html": False})


@register.filter
def report_html(text: str) -> SafeString:
    """Markdown as cleaned HTML: no raw HTML, no images, links only to http(s)."""
    cleaned = nh3.clean(_markdown.render(text), tags=TAGS, url_schemes={"http", "https"})
    return mark_safe(cleaned)  # noqa: S308  nh3 has just cleaned it
