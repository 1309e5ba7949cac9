"""The body of a search, ``SearchCriteria`` and ``Pagination`` as the document samples them, by the connection's names.

What their members are called is not published; ``EndDate`` alone is seen, in an example of an error. The names are
settings; here they are put to use, and a refusal that names one is led back to the parameter that it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from providers.errors import Rejected
from providers.http import Api
from providers.seloger.errors import TokenRejected
from providers.seloger.settings import NONE, Settings
from providers.seloger.times import end_text, start_text


def settings_of(api: Api) -> Settings:
    """The connection's settings, or the usual ones for a call outside any connection."""
    return api.settings if isinstance(api.settings, Settings) else Settings()


def pagination(settings: Settings, page: int, size: int) -> dict[str, Any]:
    """``Pagination``; pages are counted from 1 here."""
    asked = {settings.field_page: page - 1 + settings.first_page, settings.field_size: size}
    asked.pop(NONE, None)
    return asked


def search(
    settings: Settings,
    start: datetime | None,
    end: datetime | None,
    page: int,
    size: int,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a search for what was created from ``start`` to ``end``. ``more`` are further criteria, which go
    before the connection's own."""
    asked: dict[str, Any] = {}
    if start is not None:
        asked[settings.field_from] = start_text(start, settings)
    if end is not None:
        asked[settings.field_to] = end_text(end, settings)
    asked.pop(NONE, None)
    return {
        "SearchCriteria": {**asked, **settings.criteria(), **(more or {})},
        "Pagination": pagination(settings, page, size),
    }


def on_parameters(refused: Rejected, settings: Settings) -> Rejected:
    """The same refusal, with each field by the name of the parameter that it was made of."""
    if isinstance(refused, TokenRejected):
        return refused
    names = {
        settings.field_from.lower(): "from",
        settings.field_to.lower(): "to",
        settings.field_page.lower(): "page",
        settings.field_size.lower(): "size",
        "leadid": "leadId",
        "classifiedid": "classifiedId",
    }
    names.pop(NONE, None)
    errors = tuple(
        replace(error, field=names.get(error.field.lower(), "more")) if error.field else error
        for error in refused.errors
    )
    return Rejected(errors, refused.status)
