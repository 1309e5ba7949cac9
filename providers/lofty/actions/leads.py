"""Leads (5.5), what they look for and have, and what they do on the website."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.action import Action, Effect, delete, get, post, put
from providers.lead import Privacy
from providers.lofty.foresight import assign, tags_after
from providers.lofty.models.activity import ActivitiesOf, Activity, AddActivity
from providers.lofty.models.inquiry import AddInquiry, AddProperty
from providers.lofty.models.leads import (
    AddLead,
    AssignLead,
    DeleteLead,
    EditLead,
    GetLead,
    LeadAssignees,
    LeadNumber,
    LeadsCreated,
    LeadsUpdated,
    LoginLink,
    PreviewAssignees,
    SearchLeads,
    WireLead,
)
from providers.paging import Numbered, Offset, Token

SECTION = "Leads"


@dataclass(frozen=True, slots=True)
class Scroll:
    """By ``scrollId``, which answers hold under one of two names; where none ever came, by counting leads."""

    def following(self, asked: Mapping[str, Any], answer: Any, items: list[Any]) -> dict[str, Any] | None:
        """The scroll id, or past the leads that came."""
        for metadata in ("_metadata", "get_metadata"):
            if more := Token("scrollId", (metadata, "scrollId")).following(asked, answer, items):
                return more
        return None if asked.get("scrollId") else Offset().following(asked, answer, items)


LEADS: tuple[Action[Any], ...] = (
    get(
        "/v1.0/leads",
        "leads",
        "Search leads",
        SearchLeads,
        gives=WireLead,
        paging=Scroll(),
        section=SECTION,
        source="5.5.4",
    ),
    get(
        "/v1.0/leads/{leadId}",
        "get-lead",
        "One lead",
        GetLead,
        gives=WireLead,
        lead="leadId",
        section=SECTION,
        source="5.5.9",
    ),
    post("/v1.0/leads", "add-lead", "Add a lead", AddLead, gives=LeadNumber, section=SECTION, source="5.5.3"),
    put(
        "/v1.0/leads/{leadId}",
        "edit-lead",
        "Change a lead",
        EditLead,
        foresee=tags_after,
        gives=LeadNumber,
        lead="leadId",
        section=SECTION,
        source="5.5.10",
    ),
    post(  # whoever has the role afterwards is the same, however often it is sent
        "/v1.0/leads/{leadId}/assignment",
        "assign-lead",
        "Give a lead to somebody",
        AssignLead,
        call=assign,
        gives=LeadNumber,
        lead="leadId",
        idempotent=True,
        section=SECTION,
        source="5.5.14",
    ),
    post(
        "/v1.0/leads/{leadId}/inquiry",
        "add-inquiry",
        "Say what a lead looks for",
        AddInquiry,
        gives=LeadNumber,
        lead="leadId",
        section=SECTION,
        source="5.5.15",
    ),
    post(  # one with the same address is changed, says Lofty's newer description, so a repetition adds nothing
        "/v1.0/leads/{leadId}/property",
        "add-property",
        "Add or change a lead's property",
        AddProperty,
        gives=LeadNumber,
        lead="leadId",
        idempotent=True,
        section=SECTION,
        source="5.5.16",
    ),
    get(
        "/v1.0/leads/{leadId}/activities",
        "activities",
        "What a lead did on the website",
        ActivitiesOf,
        gives=Activity,
        lead="leadId",
        paging=Numbered("curPage", first=0),
        section=SECTION,
        source="5.5.12",
    ),
    post(
        "/v1.0/leads/{leadId}/activity",
        "add-activity",
        "Record what a lead did",
        AddActivity,
        gives=LeadNumber,
        lead="leadId",
        section=SECTION,
        source="5.5.13",
    ),
    post(
        "/v1.0/leads/specified-url",
        "login-link",
        "Link that signs a lead in to your website",
        LoginLink,
        effect=Effect.READ,
        lead="leadId",
        privacy=Privacy.CONTACT,
        section=SECTION,
        source="5.5.7",
    ),
    post(
        "/v1.0/leads/assignee",
        "preview-assignees",
        "See who would get a lead",
        PreviewAssignees,
        effect=Effect.READ,
        gives=LeadAssignees,
        section=SECTION,
        source="5.5.5",
    ),
    get(
        "/v1.0/leads/createTime",
        "leads-created",
        "Leads that came since a time",
        LeadsCreated,
        gives=WireLead,
        paging=Scroll(),
        section=SECTION,
        source="5.5.6",
    ),
    get(
        "/v1.0/leads/updateTime",
        "leads-updated",
        "Leads that changed since a time",
        LeadsUpdated,
        gives=WireLead,
        paging=Scroll(),
        section=SECTION,
        source="5.5.8",
    ),
    delete(
        "/v1.0/leads/{leadId}",
        "delete-lead",
        "Delete a lead",
        DeleteLead,
        lead="leadId",
        privacy=Privacy.PUBLIC,
        warns="Lofty moves the lead to its trash.",
        section=SECTION,
        source="5.5.11",
    ),
)
