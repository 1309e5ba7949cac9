"""Which function plays which operation, and finding it for a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from providers.lofty.stand_in import (
    activities,
    calls,
    features,
    leads,
    listing,
    log_types,
    members,
    notes,
    opportunity,
    organisation,
    routing,
    system_logs,
    tasks,
    transactions,
    user_accounts,
    vendor,
)
from providers.lofty.stand_in.account import Account, Call
from providers.lofty.stand_in.documented import NEWER, OPERATIONS, Operation
from providers.lofty.stand_in.lead_search import LeadSearch
from providers.lofty.stand_in.oauth import Grants
from providers.lofty.stand_in.webhooks import Webhooks

Plays = Callable[[Account, Call], Any]
"""Carries out one call: gives what is answered as JSON (``None``: nothing), or raises Refused."""


def build_operations(account: Account, grants: Grants, webhooks: Webhooks) -> Mapping[str, Plays]:
    """By the operation's name."""
    search = LeadSearch(account)
    return {
        "POST /v1.0/agent/profile/add": user_accounts.add_profile,
        "GET /v1.0/calls": calls.list_calls,
        "GET /v1.0/calls/{callId}": calls.get_call,
        "POST /v1.0/agent/communication": calls.search_by_agent,
        "GET /v1.0/communication/call": calls.call_history,
        "GET /v1.0/communication/call/v2": calls.call_history_v2,
        "GET /v1.0/communication/email": calls.email_history,
        "GET /v1.0/communication/text": calls.text_history,
        "GET /v1.0/routing/member/list/{type}": routing.list_assignable,
        "GET /v1.0/routing/role/list": routing.list_roles,
        "GET /v1.0/routing/rule/list/{type}": routing.list_rules,
        "GET /v1.0/routing/rule/supplement/{type}": routing.get_default_rule,
        "PUT /v1.0/routing/rule/supplement/{type}": routing.edit_default_rule,
        "PUT /v1.0/routing/rule/{type}": routing.edit_rule,
        "PUT /v1.0/brokermint/lead": transactions.sync_contact,
        "PUT /v1.0/brokermint/transaction": transactions.sync_transaction,
        "POST /v1.0/leads": leads.add_lead,
        "GET /v1.0/leads": search.search,
        "POST /v1.0/leads/assignee": leads.preview_assignee,
        "GET /v1.0/leads/createTime": search.created,
        "POST /v1.0/leads/specified-url": leads.link_for_lead,
        "GET /v1.0/leads/updateTime": search.updated,
        "GET /v1.0/leads/{leadId}": leads.get_lead,
        "PUT /v1.0/leads/{leadId}": leads.edit_lead,
        "DELETE /v1.0/leads/{leadId}": leads.delete_lead,
        "GET /v1.0/leads/{leadId}/activities": activities.list_activities,
        "POST /v1.0/leads/{leadId}/activity": activities.add_activity,
        "POST /v1.0/leads/{leadId}/assignment": leads.assign_lead,
        "POST /v1.0/leads/{leadId}/inquiry": leads.place_inquiry,
        "POST /v1.0/leads/{leadId}/property": leads.place_property,
        "POST /v1.0/leads/{leadId}/transaction": transactions.add_transaction,
        "POST /v1.0/leads/{leadId}/transaction/property/address": transactions.set_address,
        "GET /v1.0/leads/{leadId}/transaction/{transactionId}": transactions.get_transaction,
        "PUT /v1.0/leads/{leadId}/transaction/{transactionId}": transactions.edit_transaction,
        "GET /v1.0/leads/{leadId}/transaction/{transactionId}/property/address": transactions.get_address,
        "GET /v1.0/leads/{leadId}/transactions": transactions.list_transactions,
        "GET /v1.0/transaction/customfields": transactions.list_custom_fields,
        "GET /v1.0/me": members.get_me,
        "GET /v1.0/members": members.list_members,
        "GET /v1.0/members/{account}": members.get_member,
        "GET /v1.0/users/{userId}": members.get_user,
        "PUT /v1.0/users/{userId}": members.edit_user,
        "POST /v1.0/notes": notes.add_note,
        "GET /v1.0/notes": notes.list_notes,
        "GET /v1.0/notes/{noteId}": notes.get_note,
        "PUT /v1.0/notes/{noteId}": notes.edit_note,
        "DELETE /v1.0/notes/{noteId}": notes.delete_note,
        "GET /v1.0/appts": tasks.list_appointments,
        "POST /v1.0/tasks": tasks.add_task,
        "GET /v1.0/tasks": tasks.list_tasks,
        "GET /v1.0/tasks/{taskId}": tasks.get_task,
        "PUT /v1.0/tasks/{taskId}": tasks.edit_task,
        "DELETE /v1.0/tasks/{taskId}": tasks.delete_task,
        "GET /v1.0/team-features/lead-pond/{id}": features.get_pond,
        "GET /v1.0/team-features/lead-ponds": features.list_ponds,
        "POST /v1.0/teamFeatures/custom-field": features.add_custom_field,
        "GET /v1.0/teamFeatures/listCustomField": features.list_custom_fields,
        "GET /v1.0/teamFeatures/listTag": features.list_tags,
        "POST /v1.0/agent": user_accounts.add_account,
        "PUT /v1.0/agent": user_accounts.edit_account,
        "GET /v1.0/vendor/list": vendor.list_vendors,
        "GET /v1.0/vendor/oauth/token-info/byold": vendor.TokenInfo(grants).by_old_key,
        "POST /v1.0/webhook": webhooks.add,
        "DELETE /v1.0/webhook/{subscribeId}": webhooks.delete,
        "GET /v1.0/webhooks": webhooks.list_all,
        "GET /v1.0/org": organisation.get_organisation,
        "POST /v1.0/org/company": organisation.edit_company,
        "POST /v1.0/org/office": organisation.edit_office,
        "PUT /v1.0/org/office": organisation.add_office,
        "GET /v1.0/org/permission/profiles": organisation.list_profiles,
        "POST /v1.0/broker/team": organisation.add_team,
        "DELETE /v1.0/broker/team/{id}": organisation.delete_team,
        "GET /v1.0/getPublishedListings": listing.published_listings,
        "GET /v1.0/listing": listing.search_listings,
        "POST /v1.0/logType": log_types.add_log,
        "GET /v1.0/logType": log_types.list_logs,
        "GET /v1.0/logType/{logTypeId}": log_types.get_log,
        "DELETE /v1.0/logType/{logTypeId}": log_types.delete_log,
        "POST /v1.0/agent/send-notification": opportunity.send_notification,
        "GET /v1.0/systemLogs": system_logs.list_system_logs,
        "GET /v1.0/teamFeatures/lead-pipelines": features.list_stages,
    }


class Finder:
    """Finds the operation of a method and a path; a path without braces goes before one with."""

    def __init__(self) -> None:
        every = sorted((*OPERATIONS, *NEWER), key=lambda operation: operation.path.count("{"))
        self._by_length: dict[tuple[str, int], list[tuple[Operation, list[str]]]] = {}
        for operation in every:
            parts = operation.path.split("/")
            self._by_length.setdefault((operation.method, len(parts)), []).append((operation, parts))

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation and what stands in its braces, decoded; ``None`` where the document has no such one."""
        given = raw_path.split("/")
        for operation, parts in self._by_length.get((method, len(given)), ()):
            values = _match(parts, given)
            if values is not None:
                return operation, values
        return None


def _match(parts: list[str], given: list[str]) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for part, text in zip(parts, given, strict=True):
        if part.startswith("{"):
            if not text:
                return None
            values[part[1:-1]] = unquote(text)
        elif part != text:
            return None
    return values
