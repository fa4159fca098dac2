"""How municipalities write about trouble: the vocabulary the matcher listens for. Pure.

Stems are folded (no dotless i, no accents). A word of a ticket is compared with them
by its character trigrams, so that "tahsilt", "TAHSILATTA" and "veznedeyiz" are heard.
"""

import re
from functools import lru_cache

from foundation.language import collation

EVERY = ("tum", "butun", "hicbir", "hangi", "her")
# What each component is called in everyday words.
TOPICS: dict[str, tuple[str, ...]] = {
    "TAHSILAT": ("tahsilat", "vezne", "makbuz", "tahsil", "kasa", "veznedar", "tahsildar"),
    "EODEME": ("eodeme", "sanal pos", "kredi karti", "online odeme", "internetten odeme", "provizyon", "webden odeme"),
    "EIMZA": ("imza", "eimza", "zaman damgasi", "kart okuyucu", "imzalama", "imzalayamiyor", "mobil imza"),
    "EBYS": ("ebys", "evrak", "belge yonetim", "havale", "gelen evrak", "giden evrak", "paraf"),
    "KEP": ("kep", "kayitli elektronik", "ptt kep"),
    "KIMLIK": ("giris", "login", "oturum", "sifre", "parola", "giremiyor", "kullanici adi"),
    "ALTYAPI": (
        *("veritabani", "veri tabani", "sunucu", "database", "sistem odasi", "otomasyon"),
        # Everything at once has one cause below everything.
        *(f"{every} {what}" for every in EVERY for what in ("modul", "ekran", "program", "sayfa", "birim", "servis")),
    ),
    "AG": ("internet", "vpn", "kamunet", "modem", "fiber", "hat kesik", "ag baglantisi"),
    "EMLAK": ("emlak", "beyanname", "emlak vergisi"),
    "TAHAKKUK": ("tahakkuk", "tahakkuklar"),
    "CTV": ("cevre temizlik", "ctv"),
    "ILAN": ("ilan reklam", "ilan ve reklam"),
    "SU": ("su faturasi", "abone", "sayac", "endeks", "su borcu", "atik su", "sayac okuma"),
    "ICRA": ("icra", "haciz", "odeme emri"),
    "IMAR": ("imar", "imar durumu", "ada parsel"),
    "RUHSAT": ("ruhsat", "yapi ruhsati", "iskan"),
    "CBS": ("cbs", "harita", "netcad", "katman", "numarataj"),
    "ZABITA": ("zabita", "tutanak"),
    "ARSIV": ("arsiv",),
    "MUHASEBE": ("muhasebe", "yevmiye", "mizan", "odeme emri belgesi"),
    "BUTCE": ("butce", "odenek"),
    "TASINIR": ("tasinir", "ambar", "demirbas"),
    "TASINMAZ": ("tasinmaz", "kira sozlesme"),
    "PERSONEL": ("personel izin", "puantaj", "ozluk"),
    "BORDRO": ("bordro", "maas"),
    "EVLENDIRME": ("nikah", "evlendirme", "evlenme"),
    "MEZARLIK": ("mezarlik", "defin", "mezar"),
    "SOSYAL": ("sosyal yardim", "yardim basvuru"),
    "ISTEK": ("istek sikayet", "cozum masasi", "dilekce"),
    "CAGRI": ("cagri merkezi", "cagri ekran", "operator", "santral"),
    "MOBIL": ("mobil uygulama",),
    "SMS": ("toplu sms", "bilgilendirme sms", "sms gitmiyor"),
    "PORTAL": ("portal", "vatandas portal", "e belediye sayfasi"),
    "API": ("web servis", "entegrasyon", "webservis"),
    "RAPOR": ("rapor", "excel", "raporlama"),
    "EGITIM": ("egitim",),
}
# Modules whose troubles are often one trouble.
RELATED: dict[frozenset, float] = {
    frozenset({"TAHSILAT", "EODEME"}): 0.4,
    frozenset({"EBYS", "EIMZA"}): 0.35,
    frozenset({"EBYS", "KEP"}): 0.3,
    frozenset({"TAHAKKUK", "EMLAK"}): 0.4,
    frozenset({"KIMLIK", "ALTYAPI"}): 0.3,
    frozenset({"ALTYAPI", "AG"}): 0.4,
    frozenset({"CBS", "IMAR"}): 0.4,
    frozenset({"IMAR", "RUHSAT"}): 0.4,
    frozenset({"PERSONEL", "BORDRO"}): 0.4,
    frozenset({"CTV", "TAHAKKUK"}): 0.4,
    frozenset({"ILAN", "TAHAKKUK"}): 0.4,
    frozenset({"TASINMAZ", "TAHSILAT"}): 0.3,
    frozenset({"CAGRI", "ISTEK"}): 0.4,
    frozenset({"PORTAL", "EODEME"}): 0.3,
    frozenset({"PORTAL", "MOBIL"}): 0.3,
}
NO_TOPIC = ("DIGER", "")

# Said by everyone about everything: tells nothing about the cause.
FILLERS = frozenset(
    [
        "merhaba",
        "merhabalar",
        "selam",
        "selamlar",
        "iyi",
        "gunler",
        "calismalar",
        "kolay",
        "gelsin",
        "acil",
        "cok",
        "lutfen",
        "yardim",
        "rica",
        "ederim",
        "ederiz",
        "ediyoruz",
        "ediyorum",
        "tesekkur",
        "tesekkurler",
        "sayin",
        "yetkili",
        "saygilar",
        "saygilarimla",
        "belediye",
        "belediyemiz",
        "belediyemizde",
        "belediyesi",
        "olarak",
        "sabah",
        "sabahtan",
        "bugun",
        "dun",
        "beri",
        "su",
        "an",
        "suan",
        "simdi",
        "az",
        "once",
        "dakika",
        "saat",
        "saattir",
        "dakikadir",
        "vatandas",
        "vatandaslar",
        "bekliyor",
        "bekliyorlar",
        "sirada",
        "kuyruk",
        "bu",
        "bir",
        "ve",
        "ile",
        "de",
        "da",
        "ki",
        "mi",
        "mu",
        "icin",
        "ama",
        "fakat",
        "gibi",
        "kadar",
        "daha",
        "her",
        "hic",
        "sey",
        "biz",
        "bizde",
        "bize",
        "siz",
        "sizden",
        "bizim",
        "acilen",
        "donus",
        "yapiniz",
        "yapin",
        "bilginize",
        "arz",
        "hata",
        "veriyor",
        "aliyoruz",
        "aliyorum",
        "sistem",
        "sistemde",
        "sistemi",
        "modul",
        "modulu",
        "modulde",
        "ekran",
        "ekranda",
        "ekrani",
        "islem",
        "islemi",
        "yapamiyoruz",
        "var",
        "yok",
        "tum",
        "butun",
        "personel",
        "arkadaslar",
        "hemen",
        "ilgilenir",
        "misiniz",
        "bakar",
        "bakabilir",
        "konu",
        "hk",
        "hakkinda",
        "ayni",
        "sorun",
        "problem",
        "devam",
        "ediyor",
        "durdu",
        "kaldi",
        "oldu",
        "oluyor",
        "baska",
        "yine",
        "hala",
        "neden",
        "diye",
        "diyor",
        "veya",
        "olan",
        "olarak",
        "ise",
        "gore",
        "tekrar",
        "denedik",
        "no",
        "dst",
        "blg",
    ]
)
ABBREVIATIONS = {
    "thslt": "tahsilat",
    "tahslt": "tahsilat",
    "mkbz": "makbuz",
    "blg": "belediye",
    "sfr": "sifre",
    "vtbani": "veritabani",
    "vt": "veritabani",
    "db": "veritabani",
    "intrnt": "internet",
    "int": "internet",
    "krd": "kredi",
    "evrk": "evrak",
    "calsmyr": "calismiyor",
    "clsmyr": "calismiyor",
}

_NOT_WORDS = re.compile(r"[^a-z0-9 ]+")
_DOUBLED = re.compile(r"([a-z])\1{1,}")
# Said after the matter itself: that the telephone was of no use, that work suffers.
_COMPLAINTS = re.compile(r"telefonla (da )?ulasam\w*|isler aksi\w*|cevap alamad\w*|kimseye ulasam\w*")
_E_DASH = re.compile(r"\be[ -](?=imza|odeme|belediye)")
FUZZY = 0.62
# A word is not longer; what is, was pasted.
LONGEST_WORD = 40


def plain(text: str) -> str:
    """Folded, without punctuation, doubled letters single, abbreviations written out."""
    text = _E_DASH.sub("e", collation.fold(text))
    text = _DOUBLED.sub(r"\1", _NOT_WORDS.sub(" ", text))
    return " ".join(ABBREVIATIONS.get(word, word) for word in _COMPLAINTS.sub(" ", text).split())


def trigrams(word: str) -> frozenset[str]:
    padded = f"#{word}#"
    return frozenset(padded[place : place + 3] for place in range(len(padded) - 2))


def _stems() -> dict[str, tuple[str, frozenset[str]]]:
    single = {stem: topic for topic, stems in TOPICS.items() for stem in stems if " " not in stem}
    return {_DOUBLED.sub(r"\1", stem): (topic, trigrams(_DOUBLED.sub(r"\1", stem))) for stem, topic in single.items()}


STEMS = _stems()
PHRASES = tuple((_DOUBLED.sub(r"\1", stem), topic) for topic, stems in TOPICS.items() for stem in stems if " " in stem)


@lru_cache(maxsize=20_000)
def topic_of_word(word: str) -> str:
    """The component this word speaks of, or nothing. Tolerates endings and a slip of the hand."""
    for stem, (topic, _grams) in STEMS.items():
        if word == stem or (len(stem) >= 4 and word.startswith(stem)) or (len(stem) >= 6 and stem in word):
            return topic
    if len(word) < 5:
        return ""
    best, nearest = FUZZY, ""
    for stem, (topic, grams) in STEMS.items():
        if len(stem) < 5:
            continue
        head = trigrams(word[: len(stem) + 1])
        likeness = 2 * len(head & grams) / (len(head) + len(grams))
        if likeness > best:
            best, nearest = likeness, topic
    return nearest


def topics_in(text: str) -> dict[str, float]:
    """How strongly a plain text speaks of each component; the strongest is 1."""
    heard: dict[str, float] = {}
    for word in set(text.split()):
        if topic := topic_of_word(word):
            heard[topic] = heard.get(topic, 0) + 1
    for phrase, topic in PHRASES:
        if phrase in text:
            heard[topic] = heard.get(topic, 0) + 1.5
    most = max(heard.values(), default=1)
    return {topic: weight / most for topic, weight in heard.items()}
