"""Small builders for tests of the edge: a place, a person of it, a token."""

from datetime import timedelta

from foundation.directory.models import Membership, Municipality, Person, Province
from foundation.wire.api import tokens


def a_province(plate_code="26", name="Eskişehir") -> Province:
    province, _ = Province.objects.get_or_create(
        plate_code=plate_code,
        defaults={
            "name": name,
            "region": "İç Anadolu",
            "nuts3": f"TR{plate_code}",
            "latitude": 39.8,
            "longitude": 30.5,
            "population": 900_000,
            "is_metropolitan": True,
        },
    )
    return province


def a_municipality(code="26010", name="Odunpazarı", province=None) -> Municipality:
    municipality, _ = Municipality.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "full_name": f"{name} Belediyesi",
            "type": Municipality.Type.DISTRICT,
            "province": province or a_province(),
            "latitude": 39.7,
            "longitude": 30.5,
            "population": 400_000,
        },
    )
    return municipality


def a_clerk(email="selim@odunpazari.example", name="Selim", municipality=None) -> Person:
    person = Person.objects.create_user(email, name=name)
    Membership.objects.create(person=person, role=Membership.Role.STAFF, municipality=municipality or a_municipality())
    return person


def a_token(person, *scopes, days=30):
    """(token, headers that carry it)."""
    token, secret = tokens.issue(person, name="test", scopes=list(scopes), lasting=timedelta(days=days))
    return token, {"Authorization": f"Bearer {secret}"}
