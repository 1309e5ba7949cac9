"""storEDGE's operations on leads: creating a lead or a reservation, changing, listing, and reading one."""

from __future__ import annotations

import re
from typing import Any

from providers.action import Action, get, patch, post
from providers.errors import FieldError, ProviderError, Rejected, Unavailable, UnexpectedResponse
from providers.http import Api
from providers.paging import Numbered
from providers.storedge import answers
from providers.storedge.answers import Record
from providers.storedge.arrival import arrived, before_sending
from providers.storedge.bodies import body_of
from providers.storedge.facilities import chosen, path
from providers.storedge.models.lead import CreateLead, CreateReservation, GetLead, UpdateLead
from providers.storedge.models.listing import ListLeads
from providers.storedge.models.payment import BY_CARD
from providers.storedge.models.record import LeadRecord
from providers.storedge.pages import listing, of_facility, one
from providers.storedge.settings import setting

SECTION = "Leads"
SEND_THE_LINK = (
    "Send the customer the online move-in link, where they can pay the reservation fee by card: cards are never taken "
    "in Slack."
)
_FEE = re.compile(r"\b(credit card|card number|payment|reservation fee)\b", re.IGNORECASE)


async def create(api: Api, params: CreateLead | CreateReservation) -> dict[str, Any]:
    """Create a lead or a reservation. Where no answer came, it is looked for; what was found is the answer.

    Raises what the call raised where nothing was found, so that a person decides whether to send it again.
    """
    facility = chosen(api, params.facility_id)
    body = body_of(params, api.settings)
    since = before_sending(api)
    try:
        answer = await api.send("POST", path(facility, "leads"), body, repeatable=False)
        lead = answers.the_lead(answer)
    except Rejected as refused:
        raise _with_the_way_out(refused, params) from None
    except (Unavailable, UnexpectedResponse) as failure:
        if isinstance(failure, Unavailable) and failure.arrived is not None:
            raise
        try:
            found = await arrived(api, facility, body["lead"], since)
        except ProviderError:  # looking failed, too: it is still not known, whatever that failure says of itself
            raise failure from None
        if found is None:
            raise
        lead = found
    return {"lead": _advised(of_facility(lead, facility))}


def _with_the_way_out(refused: Rejected, params: CreateLead | CreateReservation) -> Rejected:
    """A refusal because of a fee that was not paid says what to do instead."""
    kind = params.payment_method.kind if params.payment_method else None
    if kind in BY_CARD:
        return refused
    return Rejected(
        tuple(
            FieldError(f"{e.message.rstrip('. ')}. {SEND_THE_LINK}", "payment_method_id")
            if _FEE.search(e.message)
            else e
            for e in refused.errors
        ),
        refused.status,
    )


def _advised(lead: Record) -> Record:
    """The lead, with a sentence first where its fee is still to be paid."""
    owed = lead.get("reservation_fee_required") is True and lead.get("has_paid_reservation_fee") is not True
    return {"what_next": f"The reservation fee is not paid. {SEND_THE_LINK}", **lead} if owed else lead


async def update(api: Api, params: UpdateLead) -> dict[str, Any]:
    """Change a lead. It may be repeated where nothing is added by it: notes and phones would stand there twice."""
    facility = chosen(api, params.facility_id)
    body = body_of(params, api.settings)
    adds = ("notes_attributes", "phone_numbers_attributes", "caller_phone_number_attributes")
    tenant = body["lead"].get("tenant_attributes") or {}
    answer = await change(
        api,
        facility,
        params.id,
        body,
        repeatable=params.payment_method is None and not any(name in body["lead"] or name in tenant for name in adds),
    )
    lead = answers.record(answer, "lead")
    if lead is None or not answers.usable(lead):  # it was done, and is not shown
        lead = await one(api, facility, params.id)
    return {"lead": _advised(of_facility(lead, facility))}


async def change(api: Api, facility: str, lead: str, body: dict[str, Any], *, repeatable: bool) -> Any:
    """Send a change by the method that the settings name; the answer as it came."""
    method = setting(api.settings, "update_method")
    return await api.send(method, path(facility, "leads", lead), body, repeatable=repeatable)


async def read(api: Api, params: GetLead) -> dict[str, Any]:
    """One lead."""
    facility = chosen(api, params.facility_id)
    return {"lead": _advised(of_facility(await one(api, facility, params.id), facility))}


async def lead_list(api: Api, params: ListLeads) -> dict[str, Any]:
    """A page of a facility's leads. Nothing else of ``meta`` is given on: it repeats what was asked."""
    facility = chosen(api, params.facility_id)
    given = params.model_dump(mode="json", exclude_none=True, exclude={"facility_id"})
    query = [(k, ",".join(v) if isinstance(v, list) else str(v)) for k, v in given.items()]
    answer = await api.get(path(facility, "leads"), query)
    leads = [of_facility(i, facility) for i in answers.items(answer, "leads") if isinstance(i, dict)]
    return listing(leads, answer)


ACTIONS: tuple[Action[Any], ...] = (
    post(
        "/v1/{facility_id}/leads",
        "create-lead",
        "Create a lead",
        CreateLead,
        call=create,
        gives=LeadRecord,
        section=SECTION,
        source="storEDGE API, POST /v1/{facility_id}/leads, “Params”",
    ),
    post(
        "/v1/{facility_id}/leads",
        "create-reservation",
        "Reserve a unit",
        CreateReservation,
        call=create,
        gives=LeadRecord,
        section=SECTION,
        source="storEDGE API, POST /v1/{facility_id}/leads, “Params” (is_reservation)",
    ),
    patch(
        "/v1/{facility_id}/leads/{id}",
        "update-lead",
        "Change a lead",
        UpdateLead,
        call=update,
        gives=LeadRecord,
        lead="id",
        lookup="facility_id",
        idempotent=False,
        section=SECTION,
        source="storEDGE API, “Params” (lead[id], update only)",
    ),
    get(
        "/v1/{facility_id}/leads",
        "list-leads",
        "List leads",
        ListLeads,
        call=lead_list,
        gives=LeadRecord,
        paging=Numbered("page"),
        section=SECTION,
        source="storEDGE API, GET /v1/{facility_id}/leads (Options.cs of the .NET client)",
    ),
    get(
        "/v1/{facility_id}/leads/{id}",
        "get-lead",
        "One lead",
        GetLead,
        call=read,
        gives=LeadRecord,
        lead="id",
        lookup="facility_id",
        section=SECTION,
        source="storEDGE API, GET /v1/{facility_id}/leads/{id} (unverified)",
    ),
)
