"""A small invented land: provinces of municipalities, each with a node; central components with theirs."""

from foundation import now
from foundation.directory.models import Component, Membership, Municipality, Person, Province
from monitoring.models import Check, Node, State


def a_province(plate_code: str, municipalities: int) -> list[Municipality]:
    """A province and so many municipalities in it, each with one node and one HTTP check."""
    province = Province.objects.create(
        plate_code=plate_code,
        name=f"İl {plate_code}",
        region="Ege",
        nuts3="TR310",
        latitude=39.0,
        longitude=30.0,
        population=1,
        is_metropolitan=False,
    )
    places = Municipality.objects.bulk_create(
        Municipality(
            code=f"{plate_code}{number:03}",
            name=f"Belde {number}",
            full_name=f"Belde {number} Belediyesi (İl {plate_code})",
            sort_key=f"{plate_code}{number:03}",
            search_text="",
            type=Municipality.Type.TOWN,
            province=province,
            latitude=39.0,
            longitude=30.0,
            population=1000,
        )
        for number in range(municipalities)
    )
    nodes = Node.objects.bulk_create(
        Node(code=place.code, name=place.full_name, municipality=place, state=State.OK) for place in places
    )
    Check.objects.bulk_create(
        Check(node=node, kind=Check.Kind.HTTP, target=f"http://127.0.0.1:9/{node.code}", verdict=Check.Verdict.UP)
        for node in nodes
    )
    return places


def a_component(code: str, tier: str = "A") -> Component:
    """A component with a central node that works, and one check."""
    component = Component.objects.create(code=code, name_tr=code.title(), name_en=code.title(), tier=tier)
    node = Node.objects.create(code=code, name=code, component=component, state=State.OK)
    Check.objects.create(node=node, kind=Check.Kind.HTTP, target=f"http://127.0.0.1:9/{code}", verdict=Check.Verdict.UP)
    return component


def an_operator(name: str = "Nermin") -> Person:
    person = Person.objects.create_user(f"{name.lower()}@watch.test", name=name)
    Membership.objects.create(person=person, role=Membership.Role.OPERATOR)
    return person


def fails(*nodes: Node) -> None:
    Node.objects.filter(pk__in=[node.pk for node in nodes]).update(state=State.OUTAGE, since=now(), confirmed_at=now())


def works(*nodes: Node) -> None:
    Node.objects.filter(pk__in=[node.pk for node in nodes]).update(state=State.OK, since=now(), suspected_at=None)
