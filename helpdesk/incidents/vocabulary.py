"""How municipalities write about trouble: the vocabulary the matcher listens for. Pure.

Stems are folded (no dotless i, no accents). A word of a ticket is compared with them
by its character trigrams, so that "tahsilt", "TAHSILATTA" and "veznedeyiz" are heard.
"""

import re
from functools import lru_cache

from foundation.language import collation

# What each component is called in everyday words.
TOPICS: dict[str, tuple[str, ...]] = {
    "TAHSILAT": ("tahsilat", "vezne", "makbuz", "tahsil", "kasa", "veznedar", "tahsildar"),
    "EODEME": ("eodeme", "sanal pos", "kredi karti", "online odeme", "internetten odeme", "provizyon", "webden odeme"),
    "EIMZA": ("imza", "eimza", "zaman damgasi", "kart okuyucu", "imzalama", "imzalayamiyor", "mobil imza"),
    "EBYS": ("ebys", "evrak", "belge yonetim", "havale", "gelen evrak", "giden evrak", "paraf"),
    "KEP": ("kep", "kayitli elektronik", "ptt kep"),
    "KIMLIK": ("giris", "login", "oturum", "sifre", "parola", "giremiyor", "kullanici adi"),
    "ALTYAPI": ("veritabani", "veri tabani", "sunucu", "tum moduller", "hicbir modul", "database", "sistem odasi"),
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
    "CAGRI": ("cagri merkezi", "santral"),
    "MOBIL": ("mobil uygulama",),
    "SMS": ("toplu sms", "bilgilendirme sms", "sms gitmiyor"),
    "PORTAL": ("vatandas portal", "e belediye portal"),
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
}
NO_TOPIC = ("DIGER", "")

# Something stopped working: negated verbs in their many endings, and the nouns of failure.
FAILURE = re.compile(
    r"\w*m[iu]yo\w*|\w*m[iu]yr\w*|\w+m[ae]d[iu]\w*|\bat[iu]yo\w*|\bbos (gel|cik|kal|don)\w*|\bsayfa bos\w*"
    r"|\w+m[ae]z oldu|\bhata\w*|\bariza\w*|\bcok(tu|mus|uyor)\w*|\bdon(du|uyor|up|uk)\w*"
    r"|\bdur(du|mus)\w*|\bkesil(di|mis)\w*|\bkesinti\w*|\bgit(ti|mis)\b|\bkilitlen\w*|\btakil\w*|\bzaman asimi\w*"
    r"|\btimeout\b"
    r"|\bbeyaz (sayfa|ekran)\w*|\bbos (sayfa|ekran)\w*|\byavas\w*|\bbasarisiz\w*|\bkoptu\b|\bkopuyor\b"
    r"|\bkopma\w*|\b50[0234]\b"
    r"|\bulasilam\w*|\bcevap vermi\w*|\byanit vermi\w*|\bbozul\w*|\bbozuk\b|\bproblem\w*|\bsorun\w*"
    r"|\bcalism\w*|\bac[iı]lm[iı]\w*"
    r"|\bizin vermi\w*|\byarida (kal|kes)\w*|\bkarar(iyor|di)\w*|\bdonuyor\b|\bcark\b|\bgri\b|\btak[iu]l\w*"
    r"|\bkalkmi\w*|\bdusuyor\b"
    r"|\bdevre disi\b|\bkapali\b|\bpatla\w*|\baskida\b|\bisler durdu\b|\bdonuk\b|\byanit yok\b|\bcevap yok\b"
)  # fmt: skip
# Somebody asks for something to be done, shown or explained.
REQUEST = re.compile(
    r"\bnasil\b|\b\w{4,}(il|in|el|et|ol|er|ar|ir|ur|i)m[ae]s[iu](n[iu])?\b|\bist(iyoruz|eyen|iyorum|enmekte)\b"
    r"|\bgereki?yor\b|\bbulamad\w*|\bkilavuz\w*|\begitim\w*|\byetki(si|leri|sinin)? (ver|tanim|talep|istiyor|isti)\w*"
    r"|\btanimlan(ma|sin)\w*"
    r"|\byeni (personel|kullanici|baslayan|gelen|atanan)\w*|\bkullanici (ac|olustur|sil|talep|tanim)\w*"
    r"|\bemekli\w*|\bayril(di|an)\b"
    r"|\bmumkun mu\w*|\boner\w*|\beklen(mesi|ebilir)\w*|\bsilinmesi\w*|\bkapatilmasi\w*|\bdegistirilmesi\w*"
    r"|\bgunc[ae]ll?enmesi\w*"
    r"|\bbilgi (almak|verir|rica|talep)\w*|\baktar(im|ilacak)\w*|\bogrenmek\w*|\btalep (ediyoruz|ederiz|ediyorum)\b"
    r"|\bsoru(m|muz)? (var|olacak|sormak)\b|\bsormak\b|\bne zaman\b|\bdanis\w*"
    r"|\bsifre(mi|sini)? (unut|sifirla|yenile|degis)\w*"
    r"|\bplanla\w*|\bdestek(liyor| var) m\w*|\bgelistir\w*|\bduzeltil\w*|\bduzelt(me|ebilir|ir)\w*"
    r"|\bolsa\b|\bister(iz|dik|misiniz)\w*"
)  # fmt: skip
# It is about one record, one person, one machine.
SINGULAR = re.compile(
    r"\bsicil\w*|\bmukellef\w*|\babone no\w*|\bada (no )?\d+|\bparsel\w*|\byazici\w*|\btoner\w*|\btarih siralama\w*"
    r"|\bmukerrer\w*"
    r"|\byanlis\w*|\bfazla\b|\beksik\w*|\bfark\b|\btek (kullanici|bilgisayar|kisi)\w*|\bsadece (bende|benim|bir|bu)\b"
    r"|\byalniz(ca)? (bende|benim|bir|bu)\b|\bbir (personel|vatandas|kullanici|memur|arkadas)\w*|\bklavye\w*"
    r"|\bmonitor\w*|\b\d{5,}\b"
    r"|\bhatali (gel|gor|cik|hesap|kayit)\w*|\bkaymis\w*|\biade\b|\bguncel degil\b|\bsiralama\w*|\bsutun\w*"
    r"|\bcikti(si|da|sinda)\b"
    r"|\bformat\w*|\bfont\w*|\byetki\w*|\bbarkod\w*|\bpc\b|\bbilgisayarim\w*"
)  # fmt: skip
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
