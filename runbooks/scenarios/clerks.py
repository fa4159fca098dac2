"""What a simulated clerk does: taps "biz de etkilendik", or writes, as clerks write. Pure."""

import random
from dataclasses import dataclass

TAPS = 0.72  # who has seen the notice and is content with one tap
ELSEWHERE = 0.02  # whose trouble is another one, storm or not

COLLECTION = (
    ("Tahsilat yapılamıyor", "Veznede tahsilat ekranı hata veriyor, makbuz kesemiyoruz. Vatandaş bekliyor."),
    ("makbuz çıkmıyo", "sabahtan beri calisiyodu simdi makbuz cikmiyo tahsılat ekranı donuyor"),
    ("TAHSİLAT EKRANI AÇILMIYOR", "TAHSİLAT MODÜLÜ AÇILMIYOR, BÜTÜN VEZNELER DURDU. ACİL DÖNÜŞ RİCA EDERİZ."),
    ("vezne calismiyor", "Veznede islem yapamiyoruz hata veriyo, diger moduller aciliyor"),
    ("Para çekiliyor makbuz kesilmiyor", "Karttan para çekildi ama tahsilat tamamlanmadı, makbuz yok."),
    ("thslt hatası", "tahsilatta baglanti hatasi aliyoruz 3 veznede de ayni"),
)
OTHER = (
    ("Personel izin kaydı görünmüyor", "Geçen hafta girilen yıllık izin listede yok.", "PERSONEL"),
    ("Numarataj haritası açılmıyor", "Mahalle seçince harita boş geliyor.", "CBS"),
    ("Nikâh tarihi değiştirilemiyor", "Kaydedilen nikâhın saatini öne almak istiyoruz, düğme pasif.", "EVLENDIRME"),
    ("Defin belgesi çıktısı kayık", "Yazıcıdan çıkan belgede alt satırlar kesiliyor.", "MEZARLIK"),
    ("Ambar sayım fişi", "Yıl sonu sayımı için fiş türünü bulamadık, hangi menüde?", "TASINIR"),
    ("Kira artış oranı", "Sözleşmede oran elle mi girilecek, kendisi mi hesaplıyor?", "TASINMAZ"),
    ("Bütçe aktarımı onaya düşmedi", "Fasıllar arası aktarım müdürün ekranında görünmüyor.", "BUTCE"),
    ("Tutanak fotoğrafı eklenmiyor", "Sahada tabletle çektiğimiz resim yüklenirken bekliyor.", "ZABITA"),
    ("İskân ruhsatı numarası", "Yeni verilen ruhsat eski numarayla devam etti.", "RUHSAT"),
    ("Arşiv taraması ters çıkıyor", "Taranan sayfalar baş aşağı kaydediliyor.", "ARSIV"),
    ("Eğitim kaydı", "Yeni başlayan iki arkadaşımız için eğitim isteriz.", "EGITIM"),
    ("Sayaç değişimi sonrası fatura", "Yeni sayaçta ilk okuma eksi görünüyor.", "SU"),
)


@dataclass(frozen=True)
class Act:
    """One clerk's reaction. `component` is where they file it; a tap files nothing."""

    taps: bool
    subject: str = ""
    body: str = ""
    component: str = ""


def act_of(place: int, *, seed: int, notice_is_out: bool, broken: str) -> Act:
    """What the clerk at `place` in the order of reaction does; the same for the same seed."""
    chance = random.Random(f"{seed}:{place}")
    if chance.random() < ELSEWHERE:
        subject, body, component = chance.choice(OTHER)
        return Act(False, subject, body, component)
    if notice_is_out and chance.random() < TAPS:
        return Act(True)
    subject, body = chance.choice(COLLECTION)
    return Act(False, subject, body, broken)
