"""A second set the vocabulary was widened on, after it had served once as a test."""

from tests.helpdesk.labelled import spelling

HABITS = [
    spelling.no_diacritics,
    spelling.dropped_letters,
    spelling.doubled_letters,
    spelling.missing_spaces,
    spelling.all_capitals,
]
CLOSINGS = ["", "", "", "bilginize", "ivedi dönüşünüzü bekliyoruz", "mağduruz", "Saygılarımla", "teşekkürler"]

OUTAGES = {
    "vezneler": {
        "subjects": ["Para alamıyoruz!!", "tahsilat patladı", "Vezneler kilitlendi", "Borç ödetemiyoruz",
                     "kasada işlem yapılmıyor", "tahsilat servisi yanıt vermiyor", "Vezne programı takıldı kaldı"],
        "bodies": ["Sabah mesaiye başladık, veznedar arkadaşlar tek makbuz basamadı.",
                   "Vergi ödemeye gelen insanlar sırada, program tahsil etmeye izin vermiyor.",
                   "Tahsilat onay tuşuna basınca ekran kararıyor, sonuç dönmüyor.",
                   "Üç kasamız da aynı anda kilitlendi, tahsildarlar boş oturuyor.",
                   "Kart geçiyor, bankadan düşüyor, bizde makbuz oluşmuyor.",
                   "tahsilat servisi cevap vermiyor yazısı çıkıp kapanıyor"],
        "modules": ["TAHSILAT", "EODEME", "DIGER", "TAHAKKUK", "KIMLIK"], "weights": [74, 12, 8, 4, 2],
    },
    "imza": {
        "subjects": ["imza atamıyorum", "Elektronik imza devre dışı", "imzalama ekranı takılıyor", "Paraf ve imza olmuyor"],
        "bodies": ["İmzala dediğimizde çark dönüp duruyor, evraklar imzada kaldı.",
                   "Zaman damgası alınamadı uyarısı çıkıyor, müdürler imzalayamıyor.",
                   "Mobil imzada da kartlı imzada da aynı sonuç, imza servisi yok.",
                   "Resmî yazılar çıkmıyor çünkü elektronik imza çalışmaz oldu."],
        "modules": ["EIMZA", "EBYS", "KEP", "DIGER"], "weights": [68, 22, 4, 6],
    },
    "oturum": {
        "subjects": ["programa giremiyoruz", "Login olmuyor", "parola ekranı geri atıyor", "Kimlik doğrulama hatası"],
        "bodies": ["Parolayı girince tekrar giriş sayfasına atıyor.",
                   "Bütün birimlerden aradılar, kimse oturum açamıyor.",
                   "Login sayfası geliyor fakat tamam deyince donuyor.",
                   "kimlik doğrulanamadı mesajı veriyor hepimize"],
        "modules": ["KIMLIK", "DIGER", "PORTAL"], "weights": [82, 12, 6],
    },
    "e_odeme": {
        "subjects": ["internetten ödeme yapılamıyor", "Sanal pos hatası", "Online ödeme sayfası çöktü"],
        "bodies": ["Vatandaşlar arıyor, online ödeme sayfası hata veriyormuş.",
                   "Sanal pos bankaya bağlanamıyor, kartla ödeme tamamlanmıyor.",
                   "e-ödeme ekranında kart bilgisi girildikten sonra zaman aşımına düşüyor."],
        "modules": ["EODEME", "PORTAL", "DIGER"], "weights": [85, 8, 7],
    },
    "maas": {
        "subjects": ["Bordro hesaplamıyor", "maaş ekranı çalışmıyor", "Bordro modülü açılmadı"],
        "bodies": ["Maaş hesapla diyoruz, işlem yarıda kesiliyor.",
                   "bordro ekranına tıklayınca sayfa boş geliyor",
                   "Maaş günü yaklaştı, bordro modülü hata üstüne hata veriyor."],
        "modules": ["BORDRO", "PERSONEL", "DIGER"], "weights": [86, 8, 6],
    },
    "harita": {
        "subjects": ["Harita gelmiyor", "CBS servisi çöktü", "kent rehberi haritası boş"],
        "bodies": ["Harita altlığı yüklenmiyor, ekran gri kalıyor.",
                   "CBS katmanları hiçbir tarayıcıda görünmüyor.",
                   "harita servisi 503 dönüyor, parsel sorgulayamıyoruz"],
        "modules": ["CBS", "IMAR", "DIGER"], "weights": [84, 10, 6],
    },
}  # fmt: skip

SINGLES = [
    ("Rol değişikliği", "Veznedarımız izne çıktı, yerine bakan arkadaşa tahsilat rolü atanabilir mi?", "KIMLIK"),
    ("Geçen yılın tahsilatı", "2025 tahsilat dökümünü toplu nasıl indiririm?", "TAHSILAT"),
    ("Barkod okuyucu", "Veznedeki barkod okuyucu tahakkuk fişlerini tanımıyor, cihaz mı arızalı?", "TAHSILAT"),
    ("Mahsup", "Yanlış sicile işlenen ödemenin mahsubu için ne yapmalıyız?", "TAHSILAT"),
    ("Gecikme zammı", "Gecikme zammı oranı haziran için güncellenmemiş görünüyor.", "TAHAKKUK"),
    ("KEP adresi değişikliği", "Kurumumuzun KEP adresi değişti, yenisini işleyebilir misiniz?", "KEP"),
    ("Evrak numarası atlaması", "Giden evrak sayısında 118 ile 120 arası boş kalmış.", "EBYS"),
    ("Şablon isteği", "Üst yazı şablonuna ikinci logo konulabilir mi?", "EBYS"),
    ("Nitelikli sertifika", "e-imza sertifikamın süresi doluyor, başvuruyu nereden yapacağım?", "EIMZA"),
    ("Stajyer hesabı", "Yaz stajyerlerimize sınırlı hesap açılabilir mi?", "KIMLIK"),
    ("Muhtaçlık belgesi", "Sosyal yardım başvurusunda hane bilgisi gelmiyor, bir dosyada takıldık.", "SOSYAL"),
    ("Kira artışı", "Taşınmaz kira sözleşmesinde artış oranı elle girilebiliyor mu?", "TASINMAZ"),
    ("Asansör ruhsatı", "Ruhsat ekranında asansör firma listesi kısa geliyor.", "RUHSAT"),
    ("Seyyar satıcı", "Zabıta ceza tarifesi yeni yıla göre değil.", "ZABITA"),
    ("Tertip hatası", "Bütçe tertibi 03.2 yerine 03.5 açılmış, düzeltilebilir mi?", "BUTCE"),
    ("Doğum izni", "Personelin izin hakkı kartında görünmüyor.", "PERSONEL"),
    ("Çağrı kaydı", "153 hattında ses kayıtlarını kim dinleyebilir?", "CAGRI"),
    ("Excel aktarımı", "Su tahakkuk listesini Excel'e alınca Türkçe harfler bozuluyor.", "RAPOR"),
    ("Modem değişimi", "Türk Telekom modemi değiştirdi, VPN ayarlarını bulamadık.", "AG"),
    ("Mezarlık haritası", "Yeni açılan ada mezarlık haritasına eklenmeli.", "MEZARLIK"),
    ("Sayaç değişimi", "Sökülen sayacın son endeksi sisteme girilmemiş.", "SU"),
    ("Güncelleme notu", "Son sürümde neler değişti, duyuru var mı?", "DIGER"),
    ("Klavye kısayolu", "Tahakkuk ekranında F8 tuşu artık listeyi açmıyor.", "TAHAKKUK"),
    ("İlan tabelası", "İlan reklam beyanında metrekare küsuratı yuvarlanıyor.", "ILAN"),
    ("Web servis dokümanı", "Kendi uygulamamız için API dokümanı paylaşır mısınız?", "API"),
]
