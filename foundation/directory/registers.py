"""The registers we are given as files: provinces, components, municipalities.

`compare` reads the files and says what would change; `carry_out` does it, whole or
not at all. What a file no longer names is reported and kept: tickets hang on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Manager
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation import now
from foundation.directory.csv_files import (
    Column,
    Columns,
    CsvTable,
    Rows,
    any_text,
    degrees,
    digits,
    letter_code,
    name,
    one_of,
    read,
    web_address,
    whole_number,
)
from foundation.directory.models import Component, Municipality, Province

SHIPPED = Path(__file__).parent / "data" / "municipalities.csv"
SUFFIXES = (".csv", ".xlsx", ".ods")
BATCH = 500
Register = type[Province] | type[Component] | type[Municipality]
POINT: Columns = {
    "latitude": Column("latitude", degrees("latitude")),
    "longitude": Column("longitude", degrees("longitude")),
    "population": Column("population", whole_number),
}
PROVINCE: Columns = {
    "plate_code": Column("plate_code", digits(2)),
    "name": Column("name", name),
    "region": Column("region", name),
    "nuts3": Column("nuts3", any_text),
    "is_metropolitan": Column("metropolitan", one_of({"yes": True, "no": False})),
    **POINT,
}
COMPONENT: Columns = {
    "code": Column("code", letter_code),
    "name_tr": Column("name_tr", name),
    "name_en": Column("name_en", any_text),
    "tier": Column("tier", one_of({tier: tier for tier in Component.Tier.values})),
    "note": Column("note", any_text),
}
MUNICIPALITY: Columns = {
    "code": Column("code", digits(5)),
    "name": Column("name", name),
    "full_name": Column("full_name", name),
    "type": Column("type", one_of({kind: kind for kind in Municipality.Type.values})),
    "province_id": Column("province_code", digits(2)),
    "district": Column("district", lambda text: name(text) if text else ""),
    "parent__code": Column("parent_code", lambda text: digits(5)(text) if text else None),
    "website": Column("website", web_address),
    "source_id": Column("source_id", any_text),
    **POINT,
}


@dataclass(frozen=True)
class RecordChange:
    """One record that differs: `fields` maps a field to (what it was, what it becomes)."""

    code: str
    fields: dict[str, tuple[object, object]]


@dataclass(frozen=True)
class RegisterDiff:
    """What a file would do to one register: codes added and missing, records changed."""

    model: Register
    rows: Rows
    added: list[str]
    changed: list[RecordChange]
    missing: list[str]

    @property
    def touched(self) -> Rows:
        codes = {*self.added, *(change.code for change in self.changed)}
        return {code: values for code, values in self.rows.items() if code in codes}


def compare(
    municipalities: Path, *, provinces: Path | None = None, components: Path | None = None
) -> list[RegisterDiff]:
    """What importing would change, register by register, in the order to save them.

    The other two files are taken from beside the first when they lie there. Raises
    `BadRegister`, which names every bad row by file and line.
    """
    comparisons: list[RegisterDiff] = []
    if path := provinces or beside(municipalities, "provinces"):
        comparisons.append(differences(Province, read(path, PROVINCE)))
    if path := components or beside(municipalities, "components"):
        comparisons.append(differences(Component, in_file_order(read(path, COMPONENT))))
    table = read(municipalities, MUNICIPALITY)
    plates = {code for comparison in comparisons if comparison.model is Province for code in comparison.rows}
    check_places(table, plates)
    return [*comparisons, differences(Municipality, table)]


@transaction.atomic
def carry_out(comparisons: Iterable[RegisterDiff]) -> None:
    """Save what `compare` found, in one transaction. Names that end stay with their place."""
    for comparison in comparisons:
        keep_former_names(comparison)
        if comparison.model is Municipality:
            save_municipalities(comparison.touched)
        else:
            save(comparison.model, list(comparison.touched.values()))


def keep_former_names(comparison: RegisterDiff) -> None:
    """What a place was called until this file came is still shown and found."""
    columns: dict[type, str] = {Municipality: "full_name", Province: "name"}
    column = columns.get(comparison.model)
    for change in comparison.changed:
        if column in change.fields:
            key = {next(iter(comparison.rows[change.code])): change.code}
            record: Any = comparison.model._default_manager.get(**key)
            record.remember_name(str(change.fields[column][0]), timezone.localdate(now()))
            record.save()


def without_changes(comparisons: Iterable[RegisterDiff]) -> list[RegisterDiff]:
    """What is missing here and nothing else: what a house changed stays as it is."""
    return [replace(comparison, changed=[]) for comparison in comparisons]


def beside(path: Path, neighbour: str) -> Path | None:
    candidates = (path.with_name(f"{neighbour}{suffix}") for suffix in SUFFIXES)
    return next((candidate for candidate in candidates if candidate.exists()), None)


def in_file_order(components: CsvTable) -> CsvTable:
    """People choose from components in the order of the file."""
    for position, values in enumerate(components.rows.values()):
        values["position"] = position
    return components


def check_places(table: CsvTable, plates: set[str]) -> None:
    """Every municipality names a known province and a known parent."""
    plates = plates | set(Province.objects.values_list("plate_code", flat=True))
    metropolitan = Municipality.Type.METROPOLITAN
    parents = {None, *Municipality.objects.filter(type=metropolitan).values_list("code", flat=True)}
    parents |= {code for code, values in table.rows.items() if values["type"] == metropolitan}
    problems = {}
    for code, values in table.rows.items():
        if values["province_id"] not in plates:
            problems[code] = _("province_code “%(code)s” is not known") % {"code": values["province_id"]}
        elif values["parent__code"] not in parents:
            problems[code] = _("parent_code “%(code)s” is no metropolitan municipality") % {
                "code": values["parent__code"]
            }
    table.refuse(problems)


def differences(model: Register, table: CsvTable) -> RegisterDiff:
    fields = list(next(iter(table.rows.values()), {}))
    held = {str(values[fields[0]]): values for values in model._default_manager.values(*fields)}
    changed = []
    for code, values in table.rows.items():
        was = held.get(code, values)
        if was != values:
            changed.append(RecordChange(code, {f: (was[f], values[f]) for f in fields if was[f] != values[f]}))
    return RegisterDiff(
        model=model,
        rows=table.rows,
        added=[code for code in table.rows if code not in held],
        changed=changed,
        missing=sorted(held.keys() - table.rows.keys()),
    )


def save_municipalities(rows: Rows) -> None:
    """Parents first, so that their districts can point at them."""
    for are_districts in (False, True):
        wave = [values for values in rows.values() if bool(values["parent__code"]) is are_districts]
        ids: dict[object, int] = dict(Municipality.objects.values_list("code", "pk"))
        save(Municipality, [pointing_at_parent(values, ids) for values in wave])


def pointing_at_parent(values: dict[str, object], ids: dict[object, int]) -> dict[str, object]:
    values = dict(values)
    parent = values.pop("parent__code")
    return {**values, "parent_id": ids[parent] if parent else None}


def save(model: Register, rows: Sequence[dict[str, object]]) -> None:
    """Insert or update by code; columns that no file has keep what they hold."""
    records = [model(**values) for values in rows]
    if not records:
        return
    for record in records:
        record.derive()
    key, *columns = rows[0]
    fields = [model._meta.get_field(column).name for column in columns]
    manager: Manager = model._default_manager
    manager.bulk_create(
        records,
        BATCH,
        update_conflicts=True,
        unique_fields=[key],
        update_fields=[*fields, *model.DERIVED],
    )
