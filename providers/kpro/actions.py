"""KPro Marketing's two operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel

from providers.action import Action, get, post
from providers.errors import FieldError, Rejected, UnexpectedResponse
from providers.http import Api
from providers.kpro.models import READ_FIELDS, GetLeads, ImportLead, ImportLeads, WireLead
from providers.paging import Numbered

PATH = "/api/bulk/open/leads"


def query(params: BaseModel) -> list[tuple[str, str]]:
    """The documented query string: ``.in`` and ``.notin`` joined by commas, brackets repeated."""
    parts: list[tuple[str, str]] = []
    for name, value in params.model_dump(by_alias=True, exclude_none=True).items():
        if isinstance(value, list) and name.endswith("[]"):
            parts += [(name, str(v)) for v in value]
        elif isinstance(value, list):
            parts.append((name, ",".join(map(str, value))))
        else:
            parts.append((name, str(value)))
    return parts


async def get_page(api: Api, parameters: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """One page of "Get leads" as it came. Raises UnexpectedResponse where ``data`` is not a list."""
    answer = await api.get(PATH, parameters)
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise UnexpectedResponse("the answer has no list of leads")
    return answer


async def get_leads(api: Api, params: BaseModel) -> dict[str, Any]:
    """ "Get leads": ``data`` and ``pagination``; fields of the sensitive class are dropped."""
    answer = await get_page(api, query(params))
    kept = [{k: v for k, v in item.items() if k in READ_FIELDS} for item in answer["data"] if isinstance(item, dict)]
    return {"data": kept, "pagination": answer.get("pagination")}


def body(rows: Sequence[BaseModel]) -> dict[str, Any]:
    """ "Import payload": only the fields that were given."""
    return {"data": [row.model_dump(mode="json", exclude_none=True) for row in rows]}


async def send_rows(api: Api, rows: Sequence[BaseModel]) -> Any:
    """ "Importing leads": all rows or none. Raises Rejected with the row of each error.

    It is repeated after a time-out only where every row carries an ``externalRef``, which KPro recognises.
    """
    leads = cast("Sequence[ImportLead]", rows)
    repeatable = all(row.externalRef is not None for row in leads)
    try:
        return await api.send("POST", PATH, body(leads), repeatable=repeatable)
    except Rejected as refused:
        raise Rejected(_with_rows(refused.errors, leads), refused.status) from None


async def import_leads(api: Api, params: ImportLeads) -> dict[str, Any]:
    """Run "Importing leads" as an action: says how many were sent."""
    await send_rows(api, params.data)
    return {"imported": len(params.data)}


def _with_rows(errors: tuple[FieldError, ...], rows: Sequence[ImportLead]) -> tuple[FieldError, ...]:
    """KPro names a refused lead by ``customerEmail``: every row with that address is meant."""
    found = []
    for error in errors:
        email, _, field = (error.field or "").partition("\n")
        meant: list[int | None] = [n for n, row in enumerate(rows) if row.email.casefold() == email.casefold()]
        for n in meant or ([0] if len(rows) == 1 else [None]):
            found.append(FieldError(error.message, field or None, n))
    return tuple(found)


def read_errors(status: int, data: Any) -> Rejected | None:
    """The 422 of "Errors": ``{message, errors: [{customerEmail, errors}]}``.

    The inner shape is not published; an object of lists, a list of objects and a list of sentences are read.
    ``field`` is "e-mail, newline, parameter" until :func:`send_rows` has found the row.
    """
    if status < 400 or status in (401, 403) or not isinstance(data, dict):
        return None
    found: list[FieldError] = []
    items = data.get("errors")
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        email = str(item.get("customerEmail") or "")
        found += [FieldError(text, f"{email}\n{field}") for field, text in _pairs(item.get("errors"))]
    if not found and isinstance(data.get("message"), str):
        found.append(FieldError(data["message"][:300]))
    return Rejected(tuple(found), status)


def _pairs(errors: Any) -> list[tuple[str, str]]:
    if isinstance(errors, dict):
        return [
            (str(field), str(text))
            for field, texts in errors.items()
            for text in (texts if isinstance(texts, list) else [texts])
        ]
    pairs = []
    for one in errors if isinstance(errors, list) else []:
        if isinstance(one, dict):
            field = one.get("field") or one.get("parameter") or one.get("param") or one.get("name") or ""
            pairs.append((str(field), str(one.get("message") or one.get("error") or "is not accepted")))
        else:
            text = str(one)
            named = next((f for f in ImportLead.model_fields if f.casefold() in text.casefold().split()), "")
            pairs.append((named, text))
    return pairs


ACTIONS: tuple[Action[Any], ...] = (
    get(
        PATH,
        "get-leads",
        "Get leads",
        GetLeads,
        call=get_leads,
        gives=WireLead,
        paging=Numbered("page"),
        source="Leads API, “Get leads”",
    ),
    post(
        PATH,
        "import-leads",
        "Import leads",
        ImportLeads,
        call=import_leads,
        idempotent=True,
        source="Leads API, “Importing leads”",
    ),
)
