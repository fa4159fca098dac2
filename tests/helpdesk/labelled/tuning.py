"""The set the matcher's weights were chosen on."""

from tests.helpdesk.labelled import spelling

HABITS = [spelling.no_diacritics, spelling.all_capitals, spelling.swapped_letters, spelling.spoken_endings]
CLOSINGS = [
    "",
    "",
    "Acil dönüş rica ederim.",
    "Vatandaş bekliyor.",
    "Lütfen yardım.",
    "Kolay gelsin.",
    "İyi çalışmalar.",
]

OUTAGES = {
    "tahsilat": {
        "subjects": ["Tahsilat yapamıyoruz", "Makbuz kesilmiyor", "Vezne çalışmıyor", "Tahsilat ekranı açılmıyor",
                     "ACİL tahsilat hatası", "Tahsilat modülü dondu", "veznede işlem yok"],
        "bodies": ["Makbuz aşamasında işlem tamamlanamadı hatası alıyoruz.", "Tahsilat ekranı sabahtan beri açılmıyor.",
                   "Veznede uzun kuyruk var, hiçbir tahsilat geçmiyor.", "Para çekiliyor ama makbuz çıkmıyor.",
                   "Bütün veznelerde aynı hata var, tahsilat durdu.", "Kredi kartıyla da nakit de alamıyoruz."],
        "modules": ["TAHSILAT", "EODEME", "DIGER", "ALTYAPI", "EMLAK"], "weights": [80, 8, 6, 3, 3],
    },
    "eimza": {
        "subjects": ["E-imza atılamıyor", "İmza sunucusuna ulaşılamıyor", "EBYS imza hatası", "Evrak imzalanmıyor"],
        "bodies": ["Belge imzalarken imza sunucusuna ulaşılamadı diyor.", "Kart okuyucu takılı, imza atamıyoruz.",
                   "Başkanın imza bekleyen evrakı birikti, imza hata veriyor.", "Hiçbir kullanıcı e-imza atamıyor."],
        "modules": ["EIMZA", "EBYS", "DIGER"], "weights": [75, 18, 7],
    },
    "kimlik": {
        "subjects": ["Sisteme giriş yapılamıyor", "Giriş ekranı açılmıyor", "Kimse giremiyor", "Oturum açılmıyor"],
        "bodies": ["Şifreyi yazınca beyaz sayfada kalıyor.", "Hiçbir personel sisteme giremiyor.",
                   "Giriş ekranı sürekli dönüyor, oturum açılmıyor.", "Kullanıcı adı şifre doğru ama giriş olmuyor."],
        "modules": ["KIMLIK", "DIGER", "ALTYAPI"], "weights": [85, 8, 7],
    },
    "su": {
        "subjects": ["Su faturaları oluşmuyor", "Su modülü çalışmıyor", "Abone ekranı açılmıyor"],
        "bodies": ["Su abone ekranı hata veriyor.", "Fatura keserken zaman aşımı oluyor, su modülü yanıt vermiyor.",
                   "Sayaç okuma aktarımı da abone sorgusu da çalışmıyor."],
        "modules": ["SU", "DIGER"], "weights": [93, 7],
    },
    "veritabani": {
        "subjects": ["Veritabanı bağlantı hatası", "Hiçbir modül açılmıyor", "Tüm modüller durdu"],
        "bodies": ["Tüm modüllerde veritabanı bağlantısı kurulamadı hatası alıyoruz.",
                   "Hangi ekrana girsek veritabanı hatası veriyor.", "Sunucu veritabanına bağlanamıyor diyor, işler durdu."],
        "modules": ["ALTYAPI", "TAHSILAT", "EMLAK", "EBYS", "DIGER"], "weights": [70, 8, 7, 7, 8],
    },
    "ebys": {
        "subjects": ["EBYS açılmıyor", "Evrak sistemi çalışmıyor", "EBYS çok yavaş ve hata veriyor"],
        "bodies": ["EBYS ana sayfası yüklenmiyor.", "Gelen evrak listesi açılmıyor, havale yapamıyoruz.",
                   "EBYS'de hangi evraka tıklasak 500 hatası veriyor."],
        "modules": ["EBYS", "DIGER", "ARSIV"], "weights": [90, 6, 4],
    },
}  # fmt: skip

SINGLES = [
    (
        "Yeni personel için kullanıcı talebi",
        "İşe başlayan 2 personele tahsilat yetkisi verilmesini rica ederiz.",
        "KIMLIK",
    ),
    ("Tahsilat raporu hatalı", "Günlük tahsilat raporunda tarih sıralaması yanlış geliyor.", "RAPOR"),
    ("Makbuz formatı", "Makbuz çıktısında logomuz eksik, eklenmesi mümkün mü?", "TAHSILAT"),
    ("Vezne yazıcısı", "3 numaralı veznenin yazıcısı kağıt sıkıştırdı, makbuz silik çıkıyor.", "TAHSILAT"),
    ("Eğitim talebi", "Tahakkuk modülü için eğitim istiyoruz.", "EGITIM"),
    ("Kullanıcı silme", "Emekli olan personelin hesabının kapatılmasını rica ederiz.", "KIMLIK"),
    ("Şifremi unuttum", "Şifremi unuttum, sıfırlanmasını rica ederim.", "KIMLIK"),
    ("Emlak beyanı mükerrer", "Bir mükellefin beyanı iki kere görünüyor, sicil 104455.", "EMLAK"),
    ("İmar durumu", "1123 ada 7 parsel için hatalı bilgi geliyor.", "IMAR"),
    ("Bordro farkı", "Bir personelin kesintisi yanlış hesaplanmış.", "BORDRO"),
    ("Arşiv aktarımı", "Eski arşivin aktarımı ne zaman yapılacak?", "ARSIV"),
    ("EBYS'de vekalet", "İzinli müdür için vekalet nasıl tanımlanır?", "EBYS"),
    ("Evrak yanlış birime gitti", "Bir evrak yanlış müdürlüğe havale edilmiş, geri alabilir miyiz?", "EBYS"),
    ("Mobil uygulama", "Zabıta tabletinde tutanak kaydolmuyor.", "ZABITA"),
    ("Nikah takvimi", "Aynı saate iki randevu verilmiş.", "EVLENDIRME"),
    ("Mezarlık sorgusu", "Vatandaş mezar yeri bulamıyor, kayıt eksik.", "MEZARLIK"),
    ("Yevmiye farkı", "Mizanda 12.450,75 TL fark çıkıyor.", "MUHASEBE"),
    ("Harita katmanı", "Aktarılan katman 200 metre kaymış.", "CBS"),
    ("e-imza sertifikası", "Yeni müdürümüz için e-imza sertifikası nasıl alınır?", "EIMZA"),
    ("Su abonesi", "Abone no 55120 için fazla fatura çıkmış.", "SU"),
    ("İade işlemi", "Bir vatandaşın iki kez ödediği emlak vergisi iade edilecek.", "TAHSILAT"),
    ("İnternetimiz kesik", "İlçede fiber koptu, internetimiz yok.", "AG"),
    ("Ambar devri", "Taşınır ambar devri yapılamıyor, açık fiş var diyor.", "TASINIR"),
    ("Toplu SMS", "Borç bilgilendirme mesajları eski numaralara gitmiş.", "SMS"),
]
