"""Letters written as pages: what their reader saw is what the desk reads."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.mail.fetching import letter_of
from helpdesk.mail.html_text import text_of

pytestmark = pytest.mark.once("sqlite", "asks no database")

OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset=iso-8859-9"><title>Konu</title>
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} --></style></head>
<body lang=TR link="#0563C1"><div class=WordSection1>
<p class=MsoNormal>Merhaba,<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>Tahsilat ekran&#305;
a&ccedil;&#305;lm&#305;yor<?xml:namespace prefix = o ns = "urn:x" />; &#350;i&#351;li &ouml;demesi.<o:p></o:p></p>
<![if !supportLists]>1)<![endif]>ilk &ouml;nce denedik
<!--[if gte mso 9]><xml>gizli</xml><![endif]-->
<table border=1><tr><td><p class=MsoNormal>Sicil:</p></td><td><p class=MsoNormal>4711</p></td></tr>
<tr><td>Tutar:</td><td>250&nbsp;TL</td></tr></table></div></body></html>"""
GMAIL = """<div dir="ltr"><div>Merhaba&nbsp;arkada&#x15F;lar,</div><div><br></div>
<div>Makbuz <b>ya</b>z&#305;c&#305;s&#305;:</div>
<ul><li>ka&#287;&#305;t &ccedil;ekmiyor</li><li>kırmızı ışık<ol><li>yanıyor</li><li>sönüyor</li></ol></li></ul>
<div style="display:none;max-height:0">önizleme</div><span hidden>gizli</span>
<div>Ekran: <a href="https://resim.example/1">buradan</a>, <a href="https://x.example">https://x.example</a>,
<a href="mailto:a@b.example">a@b.example</a></div><script>alert("x")</script></div>"""


def test_an_outlook_letter_keeps_its_lines_and_cells_apart():
    said = text_of(OUTLOOK)
    assert said.startswith("Merhaba,\n\nTahsilat ekranı açılmıyor; Şişli ödemesi.\n")
    assert "1)ilk önce denedik" in said
    assert re.search(r"^Sicil: +4711$", said, re.MULTILINE) and re.search(r"^Tutar: +250 TL$", said, re.MULTILINE)
    assert "gizli" not in said and "Calibri" not in said and "Konu" not in said


def test_a_gmail_letter_keeps_lists_and_where_links_lead():
    said = text_of(GMAIL)
    assert said.startswith("Merhaba arkadaşlar,\n\nMakbuz yazıcısı:\n")
    assert [line.strip() for line in said.splitlines()[3:7]] == [
        *("* kağıt çekmiyor", "* kırmızı ışık", "1. yanıyor", "2. sönüyor")
    ]
    assert "buradan <https://resim.example/1>, https://x.example,\na@b.example" in said.replace(", a@", ",\na@")
    assert not {"önizleme", "gizli", "alert"} & set(re.findall(r"\w+", said))


def test_lines_of_preformatted_words_stay():
    assert text_of("<pre>hata\n  satır 2</pre>") == "hata\n  satır 2"
    assert text_of('<div style="color: red; white-space:pre-wrap">bir\niki</div>') == "bir\niki"


@pytest.mark.parametrize("tag", ["section", "center", "dd", "h2", "div", "p", "li", "blockquote", "fieldset"])
def test_words_of_two_blocks_do_not_run_together(tag):
    assert re.split(r"\s+", text_of(f"<{tag}>bir</{tag}><{tag}>iki</{tag}>").replace("* ", "")) == ["bir", "iki"]


def test_a_letter_that_is_only_a_page_is_read_as_one():
    head = "From: a@b.example\r\nSubject: x\r\nContent-Type: text/html; charset=iso-8859-9\r\n\r\n"
    raw = head.encode() + "<p>Yazıcı arızası</p><p>Şube: Ğ</p>".encode("iso-8859-9")
    assert letter_of(raw).text == "Yazıcı arızası\n\nŞube: Ğ"


WORD = st.text("abcçğıöşüABC0123456789", min_size=1, max_size=8)
BLOCKS = ["div", "p", "table", "tr", "td", "th", "ul", "ol", "li", "pre", "blockquote", "section"]
TAGS = st.sampled_from([*BLOCKS, "span", "b", "a", "o:p"])
TREE = st.recursive(
    WORD.map(lambda word: f" {word} "),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", TAGS, st.lists(inner, min_size=1, max_size=4)
    ),
    max_leaves=25,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TREE)
def test_no_word_is_lost_however_the_page_is_built(page):
    wanted = re.findall(r"\w+", re.sub(r"<[^>]*>", " ", page))
    found = re.findall(r"\w+", text_of(page))
    for word in wanted:
        assert word in found
        found.remove(word)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_any_text_at_all_is_read(page):
    text_of(page)


HOSTILE = {
    "nested": "<div>" * 200_000 + "söz" + "</div>" * 200_000,
    "nested sheets": "<table><tr><td>" * 20_000 + "söz",
    "lists": "<ul><li>" * 50_000 + "söz",
    "a wide sheet": f"<table><tr><td>{'w' * 500_000}</td></tr>{'<tr><td>x</td></tr>' * 20_000}</table>söz",
    "a wide span": "<table><tr><td colspan=1000000000 rowspan=1000000000>söz</td></tr></table>",
    "margins": '<p style="margin-top:99999em;padding-left:99999em">söz</p>' * 1000,
    "paragraphs": "<p>söz" * 400_000,
    "attributes": f"<p {' '.join(f'a{n}=1' for n in range(200_000))}>söz",
    "a picture inside": f'<img src="data:image/png;base64,{"A" * 12_000_000}">söz',
    "open marks": "<" * 1_000_000 + "söz",
    "open comments": "<!--" * 500_000 + "söz",
    "open scripts": "<script" * 500_000 + ">x</script>söz",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_page_made_to_be_costly_is_read_at_once(kind):
    began = time.process_time()
    said = text_of(HOSTILE[kind])
    assert "söz" in said
    assert len(said) <= len(HOSTILE[kind])
    assert time.process_time() - began < 15
