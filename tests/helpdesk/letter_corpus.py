"""Letters in the habits of the mail programs of this country, made from templates by a seed.

Each knows what its writer wrote and what their program quoted. Even numbers are for working on the rules,
odd ones are kept aside to judge them: their words and logs come from other pools.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

OURS = "destek@nobet.example"
NAME = "Nöbet Destek"
DAYS = ("Pzt", "Sal", "Çar", "Per", "Cum", "Cmt", "Paz")
MONTHS = ("Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara")

OPENINGS = (
    ("Merhaba,", "İyi günler,", "", "Selamlar,", "Sayın yetkili,", "Ayşe Hanım merhaba,"),
    ("Merhabalar", "Kolay gelsin,", "", "Hayırlı işler.", "Değerli ekip,", "İyi çalışmalar"),
)
SENTENCES = (
    (
        "Üç numaralı veznede hâlâ aynı hata çıkıyor.",
        "Dün akşamdan beri makbuz basılmıyor, vatandaş kuyrukta bekliyor.",
        "Evet, bilgisayarı kapatıp açtık; değişmedi.",
        "Tutar: 1.250,00 TL, sicil: 4711.",
        "Konu: emlak vergisi ikinci taksit.",
        "From alanı boş geliyor, ekran görüntüsü ektedir.",
        "Saat 14:05'te tekrar denedik, Ayşe Hanım şunu yazdı: bekleyin.",
        "Teşekkürler, hâlâ çalışmıyor.",
        "Kimden geldiğini bilmiyoruz, kime soralım?",
        "21.11.2026 tarihinde müdürümüz şunları yazdı:",
    ),
    (
        "Mezarlık modülünde parsel sorgusu boş dönüyor.",
        "İnternet var, diğer modüller açılıyor, yalnız EBYS takılıyor.",
        "e-İmza kartını başka makinede de denedik, PIN ekranı gelmiyor.",
        "Tarih: 21.11.2026, saat: 09.40, kullanıcı: vezne-7.",
        "Gönderen birim: Mali Hizmetler Müdürlüğü.",
        "Sistem 'To: alanı zorunlu' diyor ama öyle bir alan yok.",
        "On dakika sonra bir arkadaş 'düzeldi' yazdı: doğru değilmiş.",
        "Sağ olun, ama şimdi de rapor açılmıyor.",
        "Hangi gün geleceksiniz; 22 Kasım 2026 uygun mu?",
        "Başkan yardımcımız 20 Kas 2026 14:05 tarihinde aradı ve sordu:",
    ),
)
LOGS = (
    (
        "From: vezne-3 hata 500\nTo: odeme-servisi",
        "> SELECT * FROM tahsilat\n> WHERE sicil = 4711;\nORA-00942",
        "--------------------\nSicil: 4711\n____________________\nİmza",
        "2026-11-21 14:05:11 ERROR wrote: 0 bytes",
        "Subject: null\nException in thread main",
    ),
    (
        "Kimden: kuyruk-7\nhata: zaman aşımı",
        "$ ping ebys\n> yanıt yok\n> yanıt yok\nkayıp %100",
        "Ad Soyad: ______________\nT.C. no: ______________\n==========",
        "21.11.2026, 14:05, servis yeniden başladı:\nyine durdu",
        "-----\nTarih: bugün\nSent: 0 Received: 0\n-----",
    ),
)
QUESTIONS = (
    ("Merhaba,\nHangi veznede oluyor? Ekran görüntüsü gönderebilir misiniz?\nİyi çalışmalar", "Kaydınızı aldık."),
    (
        "İyi günler,\nSorunu inceledik. Lütfen tarayıcıyı kapatıp açın ve sonucu yazın.",
        "Parsel numarasını yazar mısınız?",
    ),
)
SIGNATURES = ("Selim Aydın\nBilgi İşlem Müdürlüğü", "Hatice Çelik - Mali Hizmetler", "")


@dataclass(frozen=True)
class CorpusLetter:
    """`own` must be kept to the last word; `quoted` is what we said, as the program brings it back."""

    number: int
    habit: str
    raw: bytes
    own: str
    quoted: str
    known: str
    is_reply: bool


@dataclass(frozen=True)
class Moment:
    """One time in the spellings of programs."""

    day: int
    month: int
    hour: int
    minute: int

    @property
    def clock(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"

    @property
    def dotted(self) -> str:
        return f"{self.day:02d}.{self.month:02d}.2026"

    @property
    def short(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]} 2026"

    @property
    def weekday(self) -> str:
        return DAYS[self.day % 7]


Quoter = Callable[[str, Moment, str], str]


def arrows(text: str) -> str:
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def wrapped(text: str) -> str:
    """As programs break lines of a quotation that became too long."""
    lines = []
    for line in text.split("\n"):
        while len(line) > 60 and " " in line[:60]:
            cut = line[:60].rfind(" ")
            lines.append(line[:cut])
            line = line[cut + 1 :]
        lines.append(line)
    return "\n".join(lines)


def outlook_tr(text: str, at: Moment, subject: str) -> str:
    sent = f"{at.day} Kasım 2026 Cumartesi {at.clock}"
    return f"Kimden: {NAME} <{OURS}>\nGönderilme: {sent}\nKime: Vezne\nKonu: {subject}\n\n{text}"


def outlook_en(text: str, at: Moment, subject: str) -> str:
    sent = f"Saturday, November {at.day}, 2026 2:05 PM"
    head = f"From: {NAME} <{OURS}>\nSent: {sent}\nTo: Vezne <vezne@ornek.bel.tr>\nSubject: {subject}"
    return f"-----Original Message-----\n{head}\n\n{text}"


def outlook_web(text: str, at: Moment, subject: str) -> str:
    sent = f"{at.day} Kasım 2026 Cumartesi {at.clock}"
    head = (
        f"Kimden: {NAME} <{OURS}>\nGönderildi: {sent}\nKime: Vezne <vezne@ornek.bel.tr>\nBilgi: Arşiv\nKonu: {subject}"
    )
    return f"{'_' * 32}\n{head}\n\n{text}"


def exchange_bold(text: str, at: Moment, subject: str) -> str:
    head = f"*From:* {NAME} <{OURS}>\n*Sent:* {at.short} {at.clock}\n*To:* Vezne\n*Cc:* Arşiv\n*Subject:* {subject}"
    return f"{head}\n\nDİKKAT: Bu e-posta kurum dışından gelmiştir.\n\n{text}"


def gmail_tr(text: str, at: Moment, subject: str) -> str:
    return f"{NAME} <{OURS}>, {at.short} {at.weekday}, {at.clock} tarihinde şunu yazdı:\n\n{arrows(text)}"


def gmail_tr_wrapped(text: str, at: Moment, subject: str) -> str:
    head = f"{at.short} {at.weekday}, {at.clock} tarihinde {NAME} <\n{OURS}> şunu yazdı:"
    return f"{head}\n\n{arrows(wrapped(text))}"


def gmail_en(text: str, at: Moment, subject: str) -> str:
    return f"On Sat, Nov {at.day}, 2026 at 2:05 PM {NAME} <{OURS}>\nwrote:\n\n{arrows(wrapped(text))}"


def yandex(text: str, at: Moment, subject: str) -> str:
    return f'{at.dotted}, {at.clock}, "{NAME}" <{OURS}>:\n{arrows(text)}'


def yandex_plain(text: str, at: Moment, subject: str) -> str:
    return f"{at.dotted}, {at.clock}, {NAME} <{OURS}>:\n\n{text}"


def iphone_tr(text: str, at: Moment, subject: str) -> str:
    return f"{NAME} <{OURS}> şunları yazdı ({at.short} {at.clock}):\n\n{arrows(text)}"


def iphone_en(text: str, at: Moment, subject: str) -> str:
    return f"On {at.day} Nov 2026, at {at.clock}, {NAME} <{OURS}> wrote:\n\n{arrows(text)}"


def android(text: str, at: Moment, subject: str) -> str:
    return f"{at.dotted} {at.clock} tarihinde {NAME} <{OURS}> yazdı:\n{arrows(text)}"


def samsung(text: str, at: Moment, subject: str) -> str:
    head = f"Gönderen: {NAME} <{OURS}>\nTarih: {at.dotted} {at.clock} (GMT+03:00)\nAlıcı: vezne@ornek.bel.tr"
    return f"-------- Orijinal mesaj --------\n{head}\nKonu: {subject}\n\n{text}"


def zimbra(text: str, at: Moment, subject: str) -> str:
    head = f'Kimden: "{NAME}" <{OURS}>\nKime: "vezne" <vezne@ornek.bel.tr>\nGönderilenler: {at.short} {at.clock}'
    head = f"{head}\nKonu: {subject}"
    return f"----- Özgün İleti -----\n{head}\n\n{text}"


def thunderbird(text: str, at: Moment, subject: str) -> str:
    return f"{at.dotted} {at.clock} tarihinde {NAME} yazdı:\n{arrows(text)}"


def roundcube(text: str, at: Moment, subject: str) -> str:
    return f"On 2026-{at.month:02d}-{at.day:02d} {at.clock}, {NAME} wrote:\n{arrows(wrapped(text))}"


def bare_arrows(text: str, at: Moment, subject: str) -> str:
    return arrows(text)


HABITS: dict[str, Quoter] = {
    quoter.__name__: quoter
    for quoter in (
        *(outlook_tr, outlook_en, outlook_web, exchange_bold, gmail_tr, gmail_tr_wrapped, gmail_en, yandex),
        *(yandex_plain, iphone_tr, iphone_en, android, samsung, zimbra, thunderbird, roundcube, bare_arrows),
    )
}
FAREWELLS = {
    "iphone_tr": "iPhone'umdan gönderildi",
    "iphone_en": "Sent from my iPhone",
    "samsung": "Galaxy cihazımdan gönderildi",
    "outlook_web": "iOS için Outlook uygulamasını edinin",
}
CHARSETS = ("utf-8", "utf-8", "windows-1254", "iso-8859-9")


def corpus(size: int = 240, seed: int = 17) -> list[CorpusLetter]:
    """The same letters for the same seed: half of the habits' turns answer on top, others below, between, or anew."""
    return [one(number, random.Random(f"{seed}.{number}")) for number in range(size)]


def one(number: int, dice: random.Random) -> CorpusLetter:
    habit = list(HABITS)[(number // 2) % len(HABITS)]
    kind = dice.choice(("top", "top", "top", "below", "between", "forward", "kep"))
    make = {"forward": forwarded, "kep": from_kep}.get(kind, answered)
    return make(number, dice, habit, kind)


def answered(number: int, dice: random.Random, habit: str, kind: str) -> CorpusLetter:
    half = number % 2
    at = Moment(dice.randint(1, 28), 11, dice.randint(0, 23), dice.randint(0, 59))
    subject = f"[DST-2026-{number:06d}] Makbuz"
    known = f"{dice.choice(QUESTIONS[half])}\n\nhttps://nobet.example/tickets/DST-2026-{number:06d}/"
    own, quotation = words(dice, half), HABITS[habit](known, at, subject)
    text = f"{own}\n\n{farewell(habit, dice)}{quotation}"
    if kind == "below" and habit not in ("yandex_plain", "samsung"):
        text = f"{quotation}\n\n{own}"
    if kind == "between" and quotation.count("\n") > 6:
        lines = quotation.split("\n")
        own = dice.choice(SENTENCES[half])
        text = "\n".join([*lines[:-3], "", own, "", *lines[-3:]])
    return CorpusLetter(number, habit, letter(subject, text, dice), own, quotation, known, is_reply=True)


def forwarded(number: int, dice: random.Random, habit: str, kind: str) -> CorpusLetter:
    """A citizen's letter, handed on in a new letter: every word of it is new to us."""
    half = number % 2
    at = Moment(dice.randint(1, 28), 11, 9, 30)
    citizen = HABITS[habit](words(dice, half), at, "Vergi borcum").replace(OURS, "vatandas@posta.example")
    text = f"Bakar mısınız?\n\n{citizen}\n-- \n{dice.choice(SIGNATURES)}"
    return CorpusLetter(number, habit, letter("İlt: Vergi borcum", text, dice), text, "", "", is_reply=False)


def from_kep(number: int, dice: random.Random, habit: str, kind: str) -> CorpusLetter:
    """A registered letter: the text of the operator stands around that of the municipality."""
    half = number % 2
    text = f"Kayıtlı Elektronik Posta (KEP)\n\nGönderen: ornek.belediyesi@hs01.kep.tr\n\n{words(dice, half)}"
    return CorpusLetter(number, "kep", letter("KEP: Yazı", text, dice), text, "", "", is_reply=False)


def words(dice: random.Random, half: int) -> str:
    parts = [dice.choice(OPENINGS[half]), *dice.sample(SENTENCES[half], dice.randint(1, 4))]
    if dice.random() < 0.4:
        parts.insert(dice.randint(1, len(parts)), dice.choice(LOGS[half]))
    return dice.choice(("\n", "\n\n")).join(part for part in parts if part)


def farewell(habit: str, dice: random.Random) -> str:
    line = FAREWELLS.get(habit, "")
    return f"{line}\n\n" if line and dice.random() < 0.6 else ""


def letter(subject: str, text: str, dice: random.Random) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "vezne@ornek.bel.tr", OURS, subject
    message["Message-ID"] = f"<{dice.getrandbits(64):x}@ornek.bel.tr>"
    message.set_content(text, charset=dice.choice(CHARSETS), cte=dice.choice(("base64", "quoted-printable")))
    return message.as_bytes()
