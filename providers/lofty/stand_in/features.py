"""What a team has set up: ponds, custom fields, tags (section 5.9), and stages (the newer specification)."""

from __future__ import annotations

from typing import Any, Final

from providers.lofty.stand_in.account import Account, Call, metadata
from providers.lofty.stand_in.records import record
from providers.lofty.stand_in.refusals import PERMISSION_DENIED, Refused, invalid

STAGES_PAGE: Final = 10


def get_pond(account: Account, call: Call) -> Any:
    """One pond. An unknown one is a refused one: 400."""
    found = next((pond for pond in account.ponds if pond["id"] == call.path["id"]), None)
    if found is None:
        raise Refused(400, PERMISSION_DENIED, "Permission denied")
    return found


def list_ponds(account: Account, _: Call) -> Any:
    """All ponds."""
    return account.ponds


def add_custom_field(account: Account, call: Call) -> Any:
    """Add a custom field of leads."""
    name = call.body["attributeName"].strip()
    if not name:
        raise invalid("attributeName", "ATTRIBUTE_NAME_EMPTY")
    if not call.body.get("attributeType"):
        raise invalid("attributeType", "ATTRIBUTE_TYPE_EMPTY")
    account.custom_fields.append(record("CustomAttribute", **{**call.body, "attributeName": name}))
    return "success"


def list_custom_fields(account: Account, _: Call) -> Any:
    """All custom fields of leads."""
    return account.custom_fields


def list_tags(account: Account, _: Call) -> Any:
    """All tags."""
    return list(account.tags.values())


def list_stages(account: Account, call: Call) -> Any:
    """A page of stages, counted from 0."""
    wanted = call.query.get("name", "").lower()
    rows = [{"id": number, "name": name} for number, name in account.stages if wanted in name.lower()]
    size = call.query.get("pageSize", STAGES_PAGE)
    first = call.query.get("currPage", 0) * size
    page = rows[first : first + size]
    return {"_metadata": metadata("pipelines", size, first, len(rows)), "pipelines": page}
