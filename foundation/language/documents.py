"""Paper and sheets: a typeface with Turkish letters, the mark Excel wants, the guard against formulas."""

from pathlib import Path

from fpdf import FPDF

from foundation import now
from foundation.language import formatting, texts

FONTS = Path(__file__).parent / "fonts"
BOM = "\ufeff"  # Excel reads UTF-8 only after it
FORMULA = tuple("=+-@\t\r")


class Paper(FPDF):
    """An A4 page in a typeface with ğ, ş, ı and İ; page numbers at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.add_font("sans", "", FONTS / "DejaVuSans.ttf")
        self.add_font("sans", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_title(title)
        self.set_creator("Nöbet")
        self.set_margins(15, 15)
        self.set_auto_page_break(True, margin=18)
        self.add_page()
        self.line_of(title, size=15, bold=True)

    def normalize_text(self, text: str) -> str:
        """Whatever is written passes here: what was kept before there was a rule must not break a sheet."""
        return super().normalize_text(texts.carried(text))

    def line_of(self, text: str, *, size: int = 9, bold: bool = False) -> None:
        """One paragraph across the page."""
        self.set_font("sans", "B" if bold else "", size)
        self.multi_cell(0, size * 0.55, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(1)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("sans", "", 7)
        self.cell(0, 5, f"Nöbet · {formatting.exact(now())} · {self.page_no()}", align="C")


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula stays text."""
    return f"'{cell}" if cell[:1] in FORMULA else cell


def plain(cell: str) -> str:
    """The cell as it was before `harmless`."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell
