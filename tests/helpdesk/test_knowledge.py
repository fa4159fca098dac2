"""Articles before tickets, macros in replies, and who else is looking."""

from django.test import TestCase

from foundation import Refusal
from helpdesk import tickets
from helpdesk.knowledge import acting, articles, macros
from helpdesk.knowledge.acting import BlankIsEmpty, MacroDoesNothing
from helpdesk.models import Article, Macro, Ticket
from helpdesk.writing import viewers
from tests.cast import Cast
from tests.helpdesk.builders import a_ticket, the_queue


class Knowledge(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.article = self.an_article("makbuz", "Makbuz yazdırılmıyor", "Yazıcıyı açın.", self.tahsilat)
        self.draft = self.an_article("taslak", "Gizli makbuz taslağı", "Henüz bitmedi", None, publish=False)

    def an_article(self, slug, title, body, component, publish=True):
        article = Article(slug=slug, title_tr=title, body_tr=body, component=component)
        return articles.write(article, publish=publish, by=self.ayse)

    def see(self, person, path, **query):
        self.client.force_login(person)
        return self.client.get(path, query)

    def test_it_is_searched_in_any_spelling_and_drafts_stay_at_the_desk(self):
        page = self.see(self.selim, "/help/", q="YAZICIYI acin")
        self.assertContains(page, "Makbuz yazdırılmıyor")
        self.assertEqual(len(self.see(self.selim, "/help/").context["articles"]), 1)
        self.assertEqual(len(self.see(self.ayse, "/help/").context["articles"]), 2)
        self.assertEqual(self.see(self.selim, "/help/taslak/").status_code, 404)

    def test_the_form_offers_it_without_javascript(self):
        page = self.see(self.selim, "/tickets/new/", q="vezne makbuzları çıkmıyor")
        self.assertContains(page, "/help/makbuz/")
        self.assertContains(page, 'value="vezne makbuzları çıkmıyor"')
        self.assertNotContains(page, "taslağı")

    def test_what_fits_best_comes_first_and_nothing_fits_nothing(self):
        self.an_article("makbuz-iptal", "Makbuz iptali", "Vezne makbuzunu iptal etmek", None)
        titles = [article.title for article in articles.offered("makbuz iptal etmek istiyorum")]
        self.assertEqual(titles, ["Makbuz iptali", "Makbuz yazdırılmıyor"])
        self.assertEqual(list(articles.offered("bambaşka birşey")), [])
        self.assertEqual(list(articles.offered("", self.tahsilat)), [self.article])

    def test_a_reader_who_is_helped_is_counted_and_files_nothing(self):
        self.client.force_login(self.selim)
        self.client.post("/help/makbuz/helped/")
        self.article.refresh_from_db()
        self.assertEqual((self.article.helped, Ticket.objects.count()), (1, 0))

    def test_markdown_is_drawn_and_nothing_in_it_acts(self):
        html = articles.drawn("**Önce** [bak](javascript:alert(1)) <script>alert(1)</script>\n\n- bir")
        self.assertIn("<strong>Önce</strong>", html)
        self.assertIn("<li>bir</li>", html)
        for evil in ("<script", 'href="javascript'):
            self.assertNotIn(evil, html)

    def test_a_reader_is_counted_once_however_often_they_press(self):
        article = articles.write(Article(slug="vezne", title_tr="Vezne", body_tr="Metin"), publish=True, by=self.ayse)
        for person in (self.selim, self.selim, self.hatice):
            articles.helped(article, by=person)
        article.refresh_from_db()
        self.assertEqual(article.helped, 2)

    def test_the_desk_writes_publishes_and_takes_back(self):
        self.client.force_login(self.ayse)
        words = {"title_tr": "Yeni", "slug": "yeni", "body_tr": "Metin"}
        self.client.post("/help/new/", words | {"publish": "yes"})
        self.assertIsNotNone(Article.objects.get(slug="yeni").published_at)
        self.client.post("/help/yeni/editing/", words | {"publish": "no"})
        self.assertIsNone(Article.objects.get(slug="yeni").published_at)
        taken = self.client.post("/help/new/", words | {"slug": "new"})
        self.assertContains(taken, "Metin")


class TheDesksHelpers(Cast, TestCase):
    def setUp(self):
        super().setUp()
        the_queue()
        self.ticket = a_ticket(municipality=self.odunpazari, component=self.tahsilat, by=self.selim)
        self.macro = Macro.objects.create(name="Karşılama", text="Merhaba {isim}, {talep} {başka}")
        self.url = f"/tickets/{self.ticket.number}/"
        self.client.force_login(self.ayse)

    def test_a_macro_is_filled_in_for_the_ticket_and_knows_no_other_tokens(self):
        filled = f"Merhaba Selim Aydın, {self.ticket.number} {{başka}}"
        self.assertEqual(macros.filled(self.macro, self.ticket), filled)
        self.assertEqual(self.client.get(f"{self.url}macros/{self.macro.pk}/").content.decode(), filled)

    def test_without_javascript_the_page_comes_back_with_it(self):
        self.assertContains(self.client.get(self.url), "Karşılama")
        page = self.client.get(self.url, {"macro": self.macro.pk})
        self.assertContains(page, "Merhaba Selim Aydın")
        self.assertEqual(self.client.get(self.url, {"macro": "9" * 30}).status_code, 200)

    def test_colleagues_see_each_other_on_a_ticket_and_nobody_sees_himself(self):
        self.client.get(self.url)
        self.assertNotContains(self.client.get(f"{self.url}looking/"), "Ayşe")
        self.client.force_login(self.burak)
        self.assertContains(self.client.get(self.url), "Ayşe Yılmaz")
        self.client.force_login(self.selim)
        self.assertNotContains(self.client.get(self.url), "Burak")
        self.assertEqual(
            [viewer.name for viewer in viewers.others(self.ticket, self.leyla)], ["Ayşe Yılmaz", "Burak Demir"]
        )


class MacrosThatAct(Cast, TestCase):
    def setUp(self):
        super().setUp()
        self.ticket = a_ticket(by=self.selim, municipality=self.odunpazari)
        words = {"text": "{isim}, fiş {?fiş no} düzeldi.", "note": "Fiş {?fiş no}, kasa {?kasa}", "then": "resolve"}
        self.macro = Macro.objects.create(name="Fiş", component=self.ebys, takes_over=True, **words)
        self.client.force_login(self.ayse)
        chosen = self.client.get(f"/tickets/{self.ticket.number}/", {"macro": self.macro.pk, "do": "yes"})
        self.address = chosen["Location"]

    def test_it_says_what_it_does_asks_for_its_blanks_and_does_all_of_it(self):
        page = self.client.get(self.address)
        for words in ("fiş no", "kasa", "Talebi üstlen", "Bu metinle çöz"):
            self.assertContains(page, words)
        # what is typed is never read as a token
        answer = self.client.post(self.address, {"blank0": "{talep}", "blank1": "3"})
        assert answer.status_code == 302
        self.ticket.refresh_from_db()
        assert (self.ticket.status, self.ticket.assignee, self.ticket.component) == ("resolved", self.ayse, self.ebys)
        ours = self.ticket.messages.filter(side="us").order_by("pk")
        assert [message.body for message in ours] == ["Fiş {talep}, kasa 3", "Selim Aydın, fiş {talep} düzeldi."]

    def test_an_empty_blank_is_named_and_nothing_is_done(self):
        self.assertContains(self.client.post(self.address, {"blank0": "17"}), "kasa", status_code=422)
        with self.assertRaisesMessage(BlankIsEmpty, "kasa"):
            acting.carry_out(self.macro, self.ticket, by=self.ayse, blanks={"fiş no": "17"})
        self.ticket.refresh_from_db()
        assert self.ticket.assignee is None

    def test_what_one_verb_refuses_takes_all_of_it_back(self):
        Macro.objects.filter(pk=self.macro.pk).update(to=self.burak)
        self.macro.refresh_from_db()
        tickets.resolve(self.ticket, by=self.leyla, note="Düzeldi")
        with self.assertRaises(Refusal):
            acting.carry_out(self.macro, self.ticket, by=self.ayse, blanks={"fiş no": "17", "kasa": "3"})
        assert not self.ticket.messages.filter(kind="note").exists()

    def test_a_text_alone_does_nothing_by_itself(self):
        plain = Macro.objects.create(name="Selam", text="Merhaba {isim}")
        with self.assertRaises(MacroDoesNothing):
            acting.carry_out(plain, self.ticket, by=self.ayse, blanks={})
