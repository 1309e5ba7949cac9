"""What people of a Lofty team know by name: members, tags, ponds, stages, custom fields, roles, routing rules.

Lofty has no list of sources or segments; those are learned from leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from providers.errors import Rejected
from providers.http import Api, Query
from providers.lofty.mapping import number, text
from providers.paging import items_of
from providers.provider import Known, Names

MEMBERS = "/v1.0/members"
PIPELINES = "/v1.0/teamFeatures/lead-pipelines"
MEMBER_PAGE = 25
"""What Lofty gives unless told, and the only size that is known not to be refused ("LIMIT_PARAM_OVERSIZE")."""
MOST_PAGES = 200
_NOT_THERE = frozenset((400, 404, 405, 501))
"""How an installation without an operation answers."""
_RULES = (1, 2)
"""Of agents and of lenders; those of assistants (4) want a role."""

Record = Mapping[str, Any]


async def members(api: Api) -> Sequence[Known]:
    """The team (5.6). The id is ``memberUserId``, because leads name their owner by it; ``id`` is another one."""
    found: dict[str, Known] = {}
    offset = 0
    for _ in range(MOST_PAGES):
        answer = await api.get(MEMBERS, (("offset", str(offset)), ("limit", str(MEMBER_PAGE))))
        records = _records(answer, "members")
        before = len(found)
        for record in records:
            user = number(record.get("memberUserId"))
            if user:
                email = text(record.get("email"))
                names = (text(record.get("firstName")), text(record.get("lastName")))
                name = " ".join(n for n in names if n) or email or str(user)
                found.setdefault(str(user), Known(str(user), name, email))
        offset += len(records)
        if len(found) == before or offset >= _total(answer):
            break
    return list(found.values())


def _total(answer: Any) -> float:
    """How many there are; endless where that is not told."""
    metadata = (answer.get("_metadata") or answer.get("get_metadata")) if isinstance(answer, dict) else None
    total = metadata.get("total") if isinstance(metadata, dict) else None
    return total if isinstance(total, int) and total > 0 else float("inf")


def _records(answer: Any, key: str) -> list[Record]:
    found = answer.get(key) if isinstance(answer, dict) else None
    items = found if isinstance(found, list) else items_of(answer) or []
    return [item for item in items if isinstance(item, dict)]


def _each(records: Iterable[Record], id_: str, name: str) -> Sequence[Known]:
    """One of each id, with its name. What has no id cannot be chosen by it."""
    found: dict[str, Known] = {}
    for record in records:
        key, said = text(record.get(id_)), text(record.get(name))
        if key and said:
            found.setdefault(key, Known(key, said))
    return list(found.values())


def _list(path: str, key: str, id_: str, name: str, query: Query = ()) -> Names:
    async def ask(api: Api) -> Sequence[Known]:
        return _each(_records(await api.get(path, query), key), id_, name)

    return ask


def _perhaps(names: Names) -> Names:
    """Of an operation that not every installation has: nothing, where it is missing."""

    async def ask(api: Api) -> Sequence[Known]:
        try:
            return await names(api)
        except Rejected as error:
            if error.status in _NOT_THERE:
                return []
            raise

    return ask


async def stages(api: Api) -> Sequence[Known]:
    """A stage's id is its name, because that is what leads and edits carry. Only in the newer description."""
    found: dict[str, Known] = {}
    for page in range(MOST_PAGES):
        answer = await api.get(PIPELINES, (("currPage", str(page)), ("pageSize", "100")))
        records = _records(answer, "pipelines")
        before = len(found)
        for record in records:
            if name := text(record.get("name")):
                found.setdefault(name, Known(name, name))
        if len(found) == before or len(found) >= _total(answer):
            break
    return list(found.values())


async def routing_rules(api: Api) -> Sequence[Known]:
    """The rules for agents and for lenders (5.4.3)."""
    rules: dict[str, Known] = {}
    for kind in _RULES:
        answer = await api.get(f"/v1.0/routing/rule/list/{kind}")
        rules |= {rule.id: rule for rule in _each(_records(answer, "rules"), "id", "name")}
    return list(rules.values())


async def custom_fields(api: Api) -> Sequence[Known]:
    """The fields that a team made (5.9.4). The document's type for them has only ``attributeName``; the one for their
    values has ``id`` and ``name``. Both are read."""
    records = _records(await api.get("/v1.0/teamFeatures/listCustomField"), "customFields")
    return _each(
        [{"id": r.get("id"), "name": r.get("name") or r.get("attributeName")} for r in records],
        "id",
        "name",
    )


NAMES: Mapping[str, Names] = {
    "member": members,
    "tag": _list("/v1.0/teamFeatures/listTag", "tags", "tagName", "tagName"),
    "pond": _list("/v1.0/team-features/lead-ponds", "ponds", "id", "pondName"),
    "stage": _perhaps(stages),
    "custom-field": _perhaps(custom_fields),
    "role": _perhaps(_list("/v1.0/routing/role/list", "roles", "id", "name")),
    "routing-rule": _perhaps(routing_rules),
}
