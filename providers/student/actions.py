"""student.com's three operations."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from providers.action import Action, Effect, get, post
from providers.download import Download
from providers.errors import FieldError, Rejected, UnexpectedResponse
from providers.http import Api
from providers.paging import Numbered
from providers.student import documents
from providers.student.errors import GONE, NO_SUCH_LEAD
from providers.student.graphql import GET_LEAD, GET_LEADS, PATH, Answer, ask
from providers.student.mapping import without_identity
from providers.student.models import DownloadDocument, GetLead, GetLeads, Lead, ListedLead


async def ask_leads(api: Api, given: dict[str, Any]) -> Answer:
    """One page of "Get Leads List". Raises UnexpectedResponse where it has no list of leads."""
    answer = await ask(api, GET_LEADS, given)
    if not isinstance(answer.value.get("leads"), list):
        raise UnexpectedResponse("the answer has no list of leads")
    return answer


async def ask_lead(api: Api, reference: str, hash_: str) -> Answer:
    """ "Get Lead Detail": the lead itself, without what is of the sensitive class.

    Raises Rejected where there is none.
    """
    answer = await ask(api, GET_LEAD, {"referenceId": reference, "hash": hash_})
    lead = answer.value.get("lead")
    if lead is None:
        raise Rejected((FieldError(answer.said or NO_SUCH_LEAD, "referenceId"),), GONE)
    if not isinstance(lead, dict):
        raise UnexpectedResponse("the answer has no lead")
    return Answer(without_identity(lead), answer.said)


async def get_leads(api: Api, params: BaseModel) -> dict[str, Any]:
    """Only what was given is declared and sent."""
    answer = await ask_leads(api, params.model_dump(mode="json", exclude_none=True))
    leads = [without_identity(lead) for lead in answer.value["leads"] if isinstance(lead, dict)]
    shown: dict[str, Any] = {"pageInfo": answer.value.get("pageInfo"), "leads": leads}
    return shown | ({"message": answer.said} if answer.said else {})


async def get_lead(api: Api, params: GetLead) -> dict[str, Any]:
    """The lead, by its reference and hash."""
    if not params.hash:
        raise Rejected((FieldError("Leadbell has not read this lead, so its hash has to be given.", "hash"),))
    answer = await ask_lead(api, params.referenceId, params.hash)
    return {"lead": answer.value | ({"missing": answer.said} if answer.said else {})}


async def download_document(api: Api, params: DownloadDocument) -> Download:
    """The document, at most 20 MB."""
    if not params.documentId or not params.referenceId:  # the model sees to it that both are there
        raise Rejected((FieldError("Give both ids, or paste the download link.", "documentId"),))
    return await documents.fetch(api, params.documentId, params.referenceId, params.url)


ACTIONS: tuple[Action[Any], ...] = (
    post(
        PATH,
        "get-leads",
        "Get leads",
        GetLeads,
        call=get_leads,
        effect=Effect.READ,
        gives=ListedLead,
        paging=Numbered("pageNumber"),
        source="“Get Leads List”",
    ),
    post(
        PATH,
        "get-lead",
        "Get a lead's details",
        GetLead,
        call=get_lead,
        effect=Effect.READ,
        gives=Lead,
        lead="referenceId",
        lookup="hash",
        source="“Get Lead Detail”",
    ),
    get(
        documents.PATH,
        "download-document",
        "Download a lead's document",
        DownloadDocument,
        call=download_document,
        lead="referenceId",
        document=True,
        source="“Download lead's document”",
    ),
)
