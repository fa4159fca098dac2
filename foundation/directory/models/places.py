"""Where we serve: provinces, municipalities, and the components they work with."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation.language import collation


class FormerNames(models.Model):
    """A place that may be renamed: what it was called before stays, a line each, the oldest first."""

    former_names = models.TextField(blank=True, default="", db_default="", help_text="2027-01-01 Old Name")

    class Meta:
        abstract = True

    @property
    def formerly(self) -> list[tuple[date, str]]:
        """(last day, name) of each."""
        split = (line.partition(" ") for line in self.former_names.splitlines())
        return [(date.fromisoformat(day), name) for day, _blank, name in split]

    def remember_name(self, name: str, until: date) -> None:
        """Keep the name that ends; `save` writes it."""
        self.former_names = f"{self.former_names}\n{until.isoformat()} {name}".strip()


class ProvinceQuerySet(models.QuerySet["Province"]):
    def current(self) -> Self:
        return self.filter(closed_at=None)

    def matching(self, text: str) -> Self:
        """By name, former name or plate code; the register is short enough to read whole."""
        wanted = collation.fold(text)
        fits = [p.pk for p in self if wanted in collation.fold(f"{p.pk} {p.name} {p.former_names}")]
        return self.filter(pk__in=fits)


class Province(FormerNames):
    """One of the 81 provinces; `plate_code` is its two-digit traffic code."""

    DERIVED = ("sort_key",)

    plate_code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=60)
    sort_key = models.CharField(max_length=120, editable=False, db_index=True)
    region = models.CharField(max_length=40)
    nuts3 = models.CharField(max_length=5)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()
    is_metropolitan = models.BooleanField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ProvinceQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        verbose_name_plural = _("provinces")

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        """Fill what follows from the name; `save` does it, bulk writers call it."""
        self.sort_key = collation.sort_key(self.name)

    def save(self, *args, **kwargs) -> None:
        self.derive()
        super().save(*args, **kwargs)


class MunicipalityQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Those that exist today; a closed one stays for what happened in its time."""
        return self.filter(closed_at=None)

    def visible_to(self, person) -> Self:
        """Those whose affairs `person` may see: all for the desk, else by membership."""
        if person.works_nationally:
            return self
        return self.filter(person.reach("pk", province="province_id"))

    def administered_by(self, person) -> Self:
        """Those whose people `person` invites and revokes."""
        if person.has_role("platform_admin"):
            return self
        return self.filter(pk__in=person.administered_municipalities)

    def matching(self, text: str) -> Self:
        """Those whose name, district or code holds every word, however it is spelt; former names count, too."""
        places = self
        for word in collation.fold(text).split():
            places = places.filter(Q(search_text__contains=word) | Q(former_search__contains=word))
        return places


class Municipality(FormerNames):
    """A municipality; 61 names repeat, so people are shown `full_name`.

    It runs the `components` named; a municipality that names none runs them all. One that
    was closed, or merged into its `successor` by law, keeps its row: history points to it.
    """

    DERIVED = ("sort_key", "search_text")

    class Type(models.TextChoices):
        METROPOLITAN = "buyuksehir", _("metropolitan municipality")
        PROVINCIAL = "il", _("provincial municipality")
        DISTRICT = "ilce", _("district municipality")
        TOWN = "belde", _("town municipality")

    code = models.CharField(max_length=5, unique=True)
    name = models.CharField(max_length=80)
    full_name = models.CharField(max_length=160)
    sort_key = models.CharField(max_length=320, editable=False, db_index=True)
    search_text = models.CharField(max_length=300, editable=False)
    type = models.CharField(max_length=12, choices=Type.choices)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="municipalities")
    district = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="districts")
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()
    website = models.URLField(blank=True)
    source_id = models.CharField(max_length=20, blank=True)
    components = models.ManyToManyField("Component", blank=True, related_name="municipalities")
    former_search = models.TextField(editable=False, default="", db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        verbose_name_plural = _("municipalities")
        constraints = [
            models.CheckConstraint(
                name="municipalities_with_a_successor_are_closed",
                condition=Q(successor=None) | Q(closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def derive(self) -> None:
        """Fill what follows from the names; `save` does it, bulk writers call it."""
        self.sort_key = collation.sort_key(self.full_name)
        self.search_text = collation.fold(f"{self.full_name} {self.district} {self.code}")
        self.former_search = collation.fold(" ".join(name for _day, name in self.formerly))

    def save(self, *args, **kwargs) -> None:
        self.derive()
        super().save(*args, **kwargs)


def name_column(path: str = "") -> str:
    """Where a component's name stands in the reader's language; `path` leads to the component."""
    language = "en" if (get_language() or "tr").startswith("en") else "tr"
    return f"{path}name_{language}"


class ComponentQuerySet(models.QuerySet["Component"]):
    def current(self) -> Self:
        """Those that people work with today."""
        return self.filter(retired_at=None)

    def matching(self, text: str) -> Self:
        """By name in either language or by code; the register is short enough to read whole."""
        wanted = collation.fold(text)
        fits = [c.pk for c in self if wanted in collation.fold(f"{c.code} {c.name_tr} {c.name_en}")]
        return self.filter(pk__in=fits)

    def choices(self) -> list[tuple[str, str]]:
        """(code, name in the reader's language) of each, to choose from."""
        return list(self.values_list("pk", name_column()))


class Component(models.Model):
    """A module of the platform, a central part of it, or an outside provider."""

    DERIVED = ()

    class Tier(models.TextChoices):
        A = "A", _("A: citizens or payroll stop")
        B = "B", _("B: office work stops")
        C = "C", _("C: can wait a day")
        OUTSIDE = "X", _("outside provider")

    code = models.CharField(max_length=20, primary_key=True)
    name_tr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    tier = models.CharField(max_length=1, choices=Tier.choices)
    note = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        verbose_name_plural = _("components")

    def __str__(self) -> str:
        return self.name

    def derive(self) -> None:
        """Nothing follows from anything here; registers ask every noun alike."""

    @property
    def name(self) -> str:
        """In the reader's language."""
        return getattr(self, name_column())
