"""The set the matcher has never been tuned on: written last, then only measured."""

from tests.helpdesk.labelled import spelling

HABITS = [
    spelling.no_diacritics,
    spelling.swapped_letters,
    spelling.dropped_letters,
    spelling.missing_spaces,
    spelling.spoken_endings,
    spelling.all_capitals,
]
CLOSINGS = [
    "",
    "",
    "",
    "İlginizi rica ederiz.",
    "Telefonla da ulaşamadık.",
    "İşler aksıyor.",
    "Hayırlı günler.",
    "sağ olun",
]

OUTAGES = {
    "tahsilat_durdu": {
        "subjects": ["Tahsilat tamamen durdu", "Hiçbir vezneden makbuz kesemiyoruz", "Ödeme alamıyoruz",
                     "Tahsilat programı hata verip kapanıyor", "veznelerde sorun", "MAKBUZ BASMIYOR",
                     "tahsilat ekranı dönüp duruyor"],
        "bodies": ["Bankoda yirmi kişi birikti, ödemelerini kabul edemiyoruz.",
                   "Borç sorguluyoruz geliyor, tahsil et deyince işlem gerçekleşmedi uyarısı çıkıyor.",
                   "Vezne ekranı açılıyor ama makbuz numarası vermiyor.",
                   "Emlak ve su dahil hiçbir borcu tahsil edemez durumdayız.",
                   "Kasadaki arkadaş bilgisayarı yeniden başlattı, fark etmedi.",
                   "tahsilat kaydı bekliyor durumunda kalıyor, makbuz gelmiyor"],
        "modules": ["TAHSILAT", "EODEME", "DIGER", "SU", "EMLAK"], "weights": [76, 8, 8, 4, 4],
    },
    "imza_servisi": {
        "subjects": ["E-imza hatası", "İmzalı evrak gönderemiyoruz", "imza işlemi sonuçlanmıyor", "Toplu imza çalışmıyor"],
        "bodies": ["PIN giriyoruz, ardından imza doğrulanamadı diyor.",
                   "Sabahtan beri hiçbir müdürümüz evrak imzalayamadı.",
                   "İmza uygulaması bağlantı kurulamadı yazıyor, kartlarda sıkıntı yok.",
                   "İmzada bekleyen 60 yazı var, imza servisine erişilemiyor."],
        "modules": ["EIMZA", "EBYS", "DIGER"], "weights": [72, 21, 7],
    },
    "muhasebe": {
        "subjects": ["Muhasebe fişi kaydolmuyor", "Yevmiye ekranı açılmıyor", "muhasebe modülü çöktü"],
        "bodies": ["Muhasebe fişini kaydederken sunucu hatası alıyoruz.",
                   "Yevmiye listesi boş geliyor, hiçbir fişe ulaşamıyoruz.",
                   "muhasebede ne açsak bekleyiniz yazısında kalıyor"],
        "modules": ["MUHASEBE", "BUTCE", "DIGER"], "weights": [86, 7, 7],
    },
    "kep": {
        "subjects": ["KEP gönderimi yapılamıyor", "KEP'e bağlanmıyor", "kep iletileri gitmiyor"],
        "bodies": ["KEP ile hiçbir yazı gönderemiyoruz, kuyrukta kalıyor.",
                   "KEP hesabına bağlanılamadı uyarısı alıyoruz.",
                   "Ne gelen ne giden KEP iletisi var, servis yanıtsız."],
        "modules": ["KEP", "EBYS", "DIGER"], "weights": [80, 13, 7],
    },
    "merkez": {
        "subjects": ["Hiçbir ekran açılmıyor", "Sistem komple gitti", "Veri tabanı hatası", "Bütün programlar kapalı"],
        "bodies": ["Veritabanına erişilemiyor şeklinde kırmızı yazı çıkıyor, tüm birimlerde aynı.",
                   "Tahsilat, emlak, EBYS fark etmiyor, hepsi veritabanı bağlantısı yok diyor.",
                   "Sunucu hatası 500, veritabanı oturumu açılamadı yazıyor."],
        "modules": ["ALTYAPI", "DIGER", "TAHSILAT", "EBYS", "EMLAK"], "weights": [66, 12, 8, 8, 6],
    },
    "entegrasyon": {
        "subjects": ["Web servis 503 veriyor", "Entegrasyon çalışmıyor", "153 kayıtları aktarılmıyor"],
        "bodies": ["Web servise istek atınca 503 dönüyor, çağrılar düşmüyor.",
                   "Entegrasyon servisi gece yarısından beri cevap vermiyor.",
                   "Web servis bağlantımız sürekli kopuyor, kayıt gönderilemiyor."],
        "modules": ["API", "CAGRI", "DIGER"], "weights": [80, 14, 6],
    },
}  # fmt: skip

SINGLES = [
    ("Vezne ekleme", "Ek hizmet binamıza ikinci bir vezne tanımı yapılmasını istiyoruz.", "TAHSILAT"),
    ("Makbuz iptali", "Yanlış kişiye kesilen 5 nolu makbuzu nasıl iptal ederiz?", "TAHSILAT"),
    ("Kasa açığı", "Gün sonunda kasa 40 TL eksik çıktı, hareketleri nereden görürüz?", "TAHSILAT"),
    ("Taksitlendirme", "Borcunu taksitlendirmek isteyen esnaf için ekranda seçenek bulamadım.", "TAHSILAT"),
    ("POS sözleşmesi", "Banka değişikliği yapacağız, sanal pos tanımını kim güncelliyor?", "EODEME"),
    ("İmza yetkisi", "Vekil başkan yardımcısına imza yetkisi tanımlanması.", "EIMZA"),
    ("İmza resmi", "Evrak altındaki imza bloğunda unvan eski kalmış.", "EBYS"),
    ("Dağıtım listesi", "Müdürlükler dağıtım listesine yeni birim eklenecek.", "EBYS"),
    ("KEP kontörü", "KEP kontörümüz bitmek üzere, nasıl yüklenir?", "KEP"),
    ("Hesap planı", "600 lü hesaba yeni alt hesap açılması.", "MUHASEBE"),
    ("Mizan kontrolü", "102 hesabın bakiyesi banka ekstresiyle tutmuyor.", "MUHASEBE"),
    ("Doküman", "Web servis parametreleri için örnek istek rica ediyoruz.", "API"),
    ("Test ortamı", "Entegrasyon için test kullanıcısı açılır mı?", "API"),
    ("Parsel sorgusu", "4 parselin malik bilgisi eski görünüyor.", "IMAR"),
    ("Islak kayıt", "Nikah salonu ücret tarifesi bu yıla çekilmeli.", "EVLENDIRME"),
    ("Zimmet fişi", "Ayrılan memurun zimmeti üzerinde kalmış.", "TASINIR"),
    ("Fazla mesai", "Mayıs fazla mesaisi bordroya yansımamış, üç işçi etkilenmiş.", "BORDRO"),
    ("Tablet", "Denetim ekibinin tableti şarj olmuyor, yedeği var mı?", "ZABITA"),
    ("Sayaç mührü", "Mühürlenen sayacın durumu aboneye yansımamış.", "SU"),
    ("Defin defteri", "2003 öncesi defin kayıtlarını elle girebilir miyiz?", "MEZARLIK"),
    ("Rapor isteği", "Mahalle bazında tahakkuk raporu hazırlanabilir mi?", "RAPOR"),
    ("SMS başlığı", "Kurum SMS başlığımızın değişmesi gerekiyor.", "SMS"),
    ("Yavaş bilgisayar", "Yazı işlerindeki bir bilgisayar çok yavaş, ekran donuyor.", "DIGER"),
    ("Tarayıcı", "Scanner cihazımız evrakı ters tarıyor.", "EBYS"),
    ("Parola süresi", "Parolam 90 günde doluyor, uzatılabilir mi?", "KIMLIK"),
    ("Görev değişikliği", "Zabıta müdürümüz değişti, hesabına eski müdürün yetkileri verilsin.", "KIMLIK"),
]
