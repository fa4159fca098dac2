"""Our registry as Prometheus reads it: HTTP service discovery."""

from collections.abc import Iterable

from monitoring.models import Check

# Ours to blackbox_exporter's usual names for modules; deploy/prometheus/blackbox.yml has the same.
MODULES = {
    "http": "http_2xx",
    "tcp": "tcp_connect",
    "tls": "tls_connect",
    "dns": "dns_udp",
    "icmp": "icmp",
    "smtp": "smtp_banner",
    "imap": "imap_banner",
}
KINDS = {module: kind for kind, module in MODULES.items()} | {kind: kind for kind in MODULES}


class BadTargetQuery(ValueError):
    """The query string asks for something that cannot be."""


def groups(*, module: str = "", of: str = "municipalities", shard: tuple[int, int] = (0, 1)) -> list[dict]:
    """One target group a check, labels prefixed `__meta_nobet_`.

    Without a module: each node once, by its first essential check that we ask.
    `of` is municipalities, components or all; a node is always in the same shard.
    """
    if module and module not in KINDS:
        raise BadTargetQuery("unknown module")
    checks = Check.objects.to_probe().select_related("node__municipality__province", "node__component")
    if of == "municipalities":
        checks = checks.exclude(node__municipality=None)
    elif of == "components":
        checks = checks.exclude(node__component=None)
    elif of != "all":
        raise BadTargetQuery("of is municipalities, components or all")
    if module:
        checks = checks.filter(kind=KINDS[module])
    index, parts = shard
    chosen = (check for check in checks.order_by("node_id", "id") if check.node_id % parts == index)
    return [group(check) for check in (chosen if module else first_of_each(chosen))]


def first_of_each(checks: Iterable[Check]) -> Iterable[Check]:
    seen = set()
    for check in checks:
        if check.is_essential and check.node_id not in seen:
            seen.add(check.node_id)
            yield check


def group(check: Check) -> dict:
    node, place = check.node, check.node.municipality
    return {
        "targets": [check.target],
        "labels": {
            "__meta_nobet_node": node.code,
            "__meta_nobet_name": node.name,
            "__meta_nobet_kind": "component" if node.is_central else "municipality",
            "__meta_nobet_municipality": place.code if place else "",
            "__meta_nobet_province": node.place,
            "__meta_nobet_province_name": place.province.name if place else "",
            "__meta_nobet_component": node.component_id or "",
            "__meta_nobet_tier": node.component.tier if node.component else "",
            "__meta_nobet_module": MODULES[check.kind],
            "__meta_nobet_interval": f"{check.interval}s",
        },
    }


def read_shard(text: str) -> tuple[int, int]:
    """ "2/4" is (2, 4); n/n is the same as 0/n, so that counting from one works too."""
    if not text:
        return 0, 1
    number, _, parts = text.partition("/")
    if not (number.isdecimal() and parts.isdecimal() and 0 < int(parts) <= 1000 and int(number) <= int(parts)):
        raise BadTargetQuery("a shard is written i/n")
    return int(number) % int(parts), int(parts)
