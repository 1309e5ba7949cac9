"""Groupe SeLoger's seven operations.

Their paths and the names of their criteria are a connection's settings, so each is a function; a declared path is the
usual one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from providers.action import Action, Effect, get, post
from providers.errors import FieldError, Rejected
from providers.http import Api
from providers.paging import Numbered
from providers.seloger.answers import one_lead, opened
from providers.seloger.criteria import on_parameters, pagination, search, settings_of
from providers.seloger.errors import NO_SUCH_LEAD
from providers.seloger.lists import ALL
from providers.seloger.models import LeadRecord, OfClassified, Pages, Search, WhichLead, without_sensitive

SOURCE = "GSL Customer Leads API 2.0.0"


async def search_list(api: Api, params: Search, name: str) -> dict[str, Any]:
    """A page of a list: ``leads``, and ``total`` where that is told.

    The end is always sent, because the document's example of an error is that it is missing.
    """
    settings = settings_of(api)
    page, size = _place(api, params)
    ahead = timedelta(days=settings.window_days if settings.future_end else 0)
    end = params.to or datetime.now(UTC) + ahead
    body = search(settings, params.from_, end, page, size, params.more)
    return await _listed(api, settings.path_of(name), body)


async def of_classified(api: Api, params: OfClassified) -> dict[str, Any]:
    """A page of the leads of one ad: only ``Pagination`` is sent."""
    settings = settings_of(api)
    body = {"Pagination": pagination(settings, *_place(api, params))}
    return await _listed(api, f"{settings.path_of('classified')}/{params.classifiedId}", body)


async def get_lead(api: Api, params: WhichLead) -> Any:
    """One lead. A 404 is told on its id."""
    settings = settings_of(api)
    if params.leadId in (".", ".."):  # another address, to whoever tidies addresses
        raise Rejected((FieldError("is not accepted", "leadId"),))
    try:
        answer = await api.get(f"{settings.path_leads}/{quote(params.leadId, safe='')}")
    except Rejected as refused:
        if refused.status in (404, 410):
            raise Rejected((FieldError(NO_SUCH_LEAD, "leadId"),), refused.status) from None
        raise on_parameters(refused, settings) from None
    return without_sensitive(one_lead(answer))


def _place(api: Api, params: Pages) -> tuple[int, int]:
    return params.page or 1, params.size or settings_of(api).page_size


async def _listed(api: Api, path: str, body: dict[str, Any]) -> dict[str, Any]:
    try:
        listed = opened(await api.send("POST", path, body, repeatable=True))
    except Rejected as refused:
        raise on_parameters(refused, settings_of(api)) from None
    leads = [without_sensitive(item) for item in listed.items if isinstance(item, dict)]
    return {"leads": leads} | ({"total": listed.count} if listed.count is not None else {})


def _search(name: str) -> Callable[[Api, Search], Awaitable[dict[str, Any]]]:
    return partial(search_list, name=name)


_page: dict[str, Any] = {"effect": Effect.READ, "gives": LeadRecord, "paging": Numbered("page")}

ACTIONS: tuple[Action[Any], ...] = (
    post(
        "/v2/leads",
        "search-leads",
        "Search leads",
        Search,
        call=_search(ALL),
        section="Leads",
        source=f"{SOURCE}, “Leads”",
        **_page,
    ),
    get(
        "/v2/leads/{leadId}",
        "get-lead",
        "One lead",
        WhichLead,
        call=get_lead,
        gives=LeadRecord,
        lead="leadId",
        section="Leads",
        source=f"{SOURCE}, “Leads”, by its id",
    ),
    post(
        "/v2/leads/classified",
        "search-classified-leads",
        "Search leads of classified ads",
        Search,
        call=_search("classified"),
        section="Classified",
        source=f"{SOURCE}, “Classified” (path unverified)",
        **_page,
    ),
    post(
        "/v2/leads/classified/{classifiedId}",
        "get-classified-leads",
        "Leads of one classified ad",
        OfClassified,
        call=of_classified,
        section="Classified",
        source=f"{SOURCE}, “Classified”, by the ad's id (path unverified)",
        **_page,
    ),
    post(
        "/v2/leads/agency",
        "search-agency-leads",
        "Search leads of agency pages",
        Search,
        call=_search("agency"),
        section="Agency",
        source=f"{SOURCE}, “Agency” (path unverified)",
        **_page,
    ),
    post(
        "/v2/leads/seller",
        "search-seller-leads",
        "Search sellers' leads",
        Search,
        call=_search("seller"),
        section="Seller",
        source=f"{SOURCE}, “Seller” (path unverified)",
        **_page,
    ),
    post(
        "/v2/leads/property-search",
        "search-property-search-leads",
        "Search leads of property searches",
        Search,
        call=_search("property-search"),
        section="PropertySearch",
        source=f"{SOURCE}, “PropertySearch” (path unverified)",
        **_page,
    ),
)
