"""A small desk and a hundred questions to it: fifty the rules were made with, fifty they were judged by once.

`TICKETS`: key → (municipality, subject, what was written, note of the desk). A question is what an
agent types and the keys it has to find; "-key" must stay out. The first key has to be on top where
the question ends with "!". All questions were written before the rules saw any of them.
"""

TICKETS = {
    "makbuz": ("26010", "Makbuz kesilmiyor", "Veznede para çekiliyor ama makbuz çıkmıyor. Vatandaş bekliyor.", ""),
    "makbuz2": ("05004", "Makbuzların sıra numarası atlıyor", "Dünkü makbuzlarda numara iki kere geçti.", ""),
    "mezar": ("26010", "Mezarlık bilgi sistemi açılmıyor", "Mezarlığında defin kaydı giremiyoruz.", ""),
    "imza": ("26000", "E-imza atılamıyor", "Başkanın evrakı bekliyor, e-imza kartı görünmüyor.", ""),
    "tahsilat": ("26000", "Tahsilat ekranı dondu", "Tahsilat modülünde kredi kartı geçmiyor.", ""),
    "sifre": ("05000", "Şifremi unuttum", "Parolamı sıfırlayamıyorum, kullanıcı kilitli.", ""),
    "bordro": ("05004", "Bordro hesabı yanlış", "Memur maaşlarında sosyal yardım kesintisi eksik.", ""),
    "fatura": ("26010", "Su faturası basılmıyor", "Abonelerin faturaları yazıcıdan boş çıkıyor.", ""),
    "yazici": ("05000", "Yazıcı bağlantısı koptu", "Nokta vuruşlu yazıcıya çıktı gitmiyor.", "Sürücüyü eskiye aldık"),
    "ruhsat": ("26000", "İşyeri açma ruhsatı", "Ruhsat başvurusunda harita paftası yüklenmiyor.", ""),
    "imar": ("26010", "İMAR DURUMU GÖRÜNMÜYOR", "Ada 1204 parsel 17 için imar çapı alınamıyor.", ""),
    "nikah": ("05004", "Nikâh günü alınamıyor", "Evlendirme memurluğunda randevu takvimi boş.", ""),
    "encumen": ("26000", "Encümen kararları", "Encümen kararının ekleri kayboldu.", ""),
    "emlak": ("05000", "Emlak vergisi beyanı", "Emlak beyannamesi kaydedilmiyor, tahakkuk oluşmuyor.", ""),
    "cenaze": ("26010", "Cenaze aracı takibi", "Araç takip ekranında cenaze arabaları görünmüyor.", ""),
    "internet": (
        "05004", "İnternet çok yavaş",
        "Sabahtan beri bağlantı kopuyor, hat sürekli düşüyor.", "Modemin portu bozuk",
    ),
    "yedek": ("26000", "Veritabanı yedeği alınamadı", "Gece yedekleme görevi hata verdi: ORA-01555.", ""),
    "zimmet": (
        "05000", "Demirbaş zimmet fişi",
        "Taşınır kayıtta zimmet fişi yazdırılamıyor.", "Zımpara makinesi kaydı mükerrer",
    ),
    "izin": ("26010", "Personel izin talebi onaylanmıyor", "Müdür onayına düşen izinler listede yok.", ""),
    "sms": ("26000", "Kısa mesaj gitmiyor", "Borç bilgilendirme SMS'leri ulaşmıyor.", ""),
    "eodeme": ("05004", "Online ödeme hata veriyor", "e-Ödeme sayfasında 3D Secure onayından sonra beyaz ekran.", ""),
    "kamera": ("05000", "Kamera kayıtları", "Zabıta kamerasının kaydı izlenemiyor.", ""),
    "arsiv": ("26010", "Evrak arşivde bulunamıyor", "2019 yılının evrakları taranmış ama açılmıyor.", ""),
    "ihale": ("26000", "İhale dosyası yüklenemiyor", "Doğrudan temin dosyasında onay belgesi yok.", ""),
    "otopark": (
        "05004", "Otopark ücreti iadesi",
        "Fazla çekilen 250 TL iade edilmedi.", "Ücret iadesi muhasebeye soruldu",
    ),
    "hal": ("05000", "Hal kayıt sistemi", "Hal bildirimi gönderilirken zaman aşımı.", ""),
    "kent": ("26010", "Kent rehberi haritası", "Haritada sokak adları kayık, koordinatlar yanlış.", ""),
    "guncel": ("26000", "Güncelleme sonrası hata", "Son güncellemeden beri menüler kayboldu.", ""),
    "yetki": ("05004", "Yeni personele yetki", "Ayşe Nur Kılıç işe başladı, gelir servisi yetkisi gerekiyor.", ""),
    "barkod": ("05000", "Barkod okuyucu çalışmıyor", "El terminali barkodu okumuyor.", ""),
}  # fmt: skip

# (what is typed, keys)
MADE_WITH = [
    ("makbuzlar", "makbuz makbuz2"), ("makbuzların", "makbuz makbuz2"), ("makbuz", "makbuz makbuz2"),
    ("mezarlığında", "mezar"), ("mezarlik", "mezar"), ("odunpazarında", "makbuz mezar fatura"),
    ("tahsliat", "tahsilat"), ("eimza", "imza"), ("e-imza", "imza"), ("e imza", "imza"),
    ("Selim", "makbuz -makbuz2"), ("SIFRE", "sifre"), ("şifresini", "sifre"), ("parola", "sifre"),
    ("bordroyu", "bordro"), ("maaş", "bordro"), ("su faturaları", "fatura"), ("sufaturası", "fatura"),
    ("yazıcıdan", "fatura yazici"), ("yazici bağlantısı", "yazici!"), ("ruhsatın", "ruhsat"), ("imar durumu", "imar!"),
    ("IMAR", "imar"), ("nikah", "nikah"), ("nikâhlar", "nikah"), ("encumen karari", "encumen"),
    ("emlak beyanı", "emlak!"), ("kaydedilmedi", "emlak"), ("cenazeler", "cenaze"), ("internet yavas", "internet!"),
    ("veri tabanı", "yedek"), ("veritabani yedegi", "yedek!"), ("ORA-01555", "yedek"), ("zımpara", "zimmet"),
    ("zimpara", "zimmet"), ("izinler", "izin"), ('"para çekiliyor"', "makbuz"), ('"çekiliyor para"', "-makbuz"),
    ("3d secure", "eodeme"), ("kameranın kaydı", "kamera"), ("evrak arşivi", "arsiv!"), ("ihale dosyası", "ihale!"),
    ("otopark iade", "otopark!"), ("haritalar", "ruhsat kent"), ("güncellemeden", "guncel"), ("ayşe nur", "yetki"),
    ("barkot", "barkod"), ("belediye:odunpazarı makbuz", "makbuz -makbuz2"), ("merzifon bordro", "bordro"),
    ("modem", "internet"),
]  # fmt: skip
JUDGED_BY = [
    ("makbuzumuz kesilmedi", "makbuz"), ("mkbuz", "makbuz"), ("makbuzz", "makbuz"), ("mezarlıklarda", "mezar"),
    ("mezralık", "mezar"), ("defin kaydı", "mezar"), ("definler", "mezar"), ("TAHSİLAT", "tahsilat"),
    ("tahsılat", "tahsilat"), ("tahsilatlarımız", "tahsilat"), ("kredikartı", "tahsilat"),
    ("kart geçmiyor", "tahsilat"),
    ("imzalar", "imza"), ("şifre unutmuş", "sifre"), ("şfire", "sifre"), ("kullanıcılar", "sifre"),
    ("kilitlendi", "sifre"), ("maaşlar", "bordro"), ("bodro", "bordro"), ("kesintiler", "bordro"),
    ("faturalarımız", "fatura"), ("fatrua", "fatura"), ("aboneler", "fatura"), ("yazıcıya çıktı", "yazici"),
    ("sürücü", "yazici"), ("işyeri ruhsatları", "ruhsat!"), ("iş yeri", "ruhsat"), ("paftalar", "ruhsat"),
    ("parsel 17", "imar"), ("parselin", "imar"), ("nikahlara", "nikah"), ("randevular", "nikah"),
    ("encümenin kararı", "encumen!"), ("encumn", "encumen"), ("beyannamesini", "emlak"), ("tahakkuklar", "emlak"),
    ("araba", "cenaze"), ("internetimiz", "internet"), ("bağlantılar", "yazici internet"), ("yedeklemesi", "yedek"),
    ("demirbaşlar", "zimmet"), ("personelin izni", "izin"), ("mesajlar", "sms"), ("borçların", "sms"),
    ("eödeme", "eodeme"), ("zabıtanın", "kamera"), ("ihaleler", "ihale"), ("ücretin iadesi", "otopark"),
    ("koordinat", "kent"), ("yetkileri", "yetki"),
]  # fmt: skip
