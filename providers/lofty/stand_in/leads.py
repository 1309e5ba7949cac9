"""One lead (sections 5.5.3, 5.5.5, 5.5.7, 5.5.9 to 5.5.11, 5.5.14 to 5.5.16)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from providers.lofty.stand_in.account import Account, Call, Json, full_name
from providers.lofty.stand_in.notes import write_note
from providers.lofty.stand_in.records import RECORDS, record
from providers.lofty.stand_in.refusals import (
    LEAD_PROPERTY_NOT_EXIST,
    PROPERTY_ADDRESS_EMPTY,
    USER_NOT_EXIST,
    Refused,
    invalid,
    no_lead,
)
from providers.lofty.stand_in.sample import blank_inquiry, blank_lead, blank_property
from providers.lofty.stand_in.times import iso_time
from providers.lofty.stand_in.transactions import write_transaction

MOST_FAMILY: Final = 4
"""Family members of a lead ("You can add up to 4")."""

_PLAIN: Final = (
    *("birthday", "buyHouse", "buyingTimeFrame", "cannotCall", "cannotEmail", "cannotText", "city", "emails"),
    *("firstName", "fthb", "houseToSell", "language", "lastName", "mortgage", "phones", "preQual", "referredBy"),
    *("sellingTimeFrame", "state", "streetAddress", "unsubscription", "withBuyerAgent", "withListingAgent"),
    "zipCode",
)
"""Fields of a request that a lead carries under the same name."""
_ADDRESS: Final = ("city", "state", "zipCode", "streetAddress")
_TAG_CHANGED, _STAGE_CHANGED, _ASSIGNED, _TRASHED = 31, 12, 14, 20


def add_lead(account: Account, call: Call) -> Any:
    """Create a lead. It is routed unless it names its owner."""
    body: Json = call.body
    if not body["firstName"].strip():
        raise invalid("firstName", "must be given")
    _check(account, body)
    lead = blank_lead(account, account.ids.next("lead"), account.now())
    _write(account, lead, body)
    if body.get("assignedUserId") is None:
        account.route(lead)
    account.saved(lead, "newLead")
    if body.get("content"):
        write_note(account, lead, body["content"], pinned=bool(body.get("isPin")))
    if body.get("leadTransaction"):
        write_transaction(account, lead, body["leadTransaction"])
    if body.get("welcomeEmail"):
        account.mails += [f"welcome {email}" for email in lead["emails"]]
    if body.get("leadAlert"):
        account.mails.append(f"alert {lead['assignedUserId']}")
    return account.created("leadId", lead["leadId"])


def get_lead(account: Account, call: Call) -> Any:
    """One lead, from the trash too where that is asked for."""
    lead_id = call.path["leadId"]
    if not account.visible(lead_id):
        raise no_lead()
    if call.query.get("withTrash") and lead_id in account.shelf.trash:
        return account.single("lead", account.shelf.trash[lead_id])
    return account.single("lead", account.lead(lead_id))


def edit_lead(account: Account, call: Call) -> Any:
    """Change what is given of a lead; ``tags`` replaces all."""
    lead = account.lead(call.path["leadId"])
    _check(account, call.body, lead)
    _write(account, lead, call.body)
    if call.body.get("leadTransaction"):
        write_transaction(account, lead, call.body["leadTransaction"])
    account.saved(lead)
    return _done(account, lead)


def delete_lead(account: Account, call: Call) -> Any:
    """Put a lead into the trash."""
    lead = account.lead(call.path["leadId"])
    account.happened(lead, _TRASHED, {"reason": call.query["reason"]})
    account.shelf.remove(lead["leadId"])
    account.told("deletedLead", lead["leadId"])
    return {"deleted": True, "leadId": str(lead["leadId"])}


def assign_lead(account: Account, call: Call) -> Any:
    """Give a lead to somebody in a role. Which spelling of the account's field counts can be chosen."""
    lead = account.lead(call.path["leadId"])
    names = ("assignee", "assiginee") if account.assignee_field == "both" else (account.assignee_field,)
    found = []
    for place, wanted in enumerate(call.body):
        given = next((wanted[name] for name in names if wanted.get(name)), None)
        if given is None and not any(wanted.get(name) for name in ("assignee", "assiginee")):
            raise invalid(f"[{place}].assignee", "must be given")
        member = account.member(given) if given else None
        if given and member is None:
            raise Refused(400, USER_NOT_EXIST, "USER_NOT_EXIST", field="assignee")
        if member is not None:  # a field that the server does not read changes nothing, and is no error
            found.append((wanted["role"], member))
    for role, member in found:
        _assign(account, lead, role, member)
    if found:
        account.saved(lead)
    return _done(account, lead)


def place_inquiry(account: Account, call: Call) -> Any:
    """Say what a lead is looking for."""
    lead = account.lead(call.path["leadId"])
    _inquire(account, lead, call.body)
    account.saved(lead)
    return _done(account, lead)


def place_property(account: Account, call: Call) -> Any:
    """Add a property or a mailing address, or change one."""
    lead = account.lead(call.path["leadId"])
    _check_property(call.body, lead)
    _add_property(account, lead, call.body)
    account.saved(lead)
    return _done(account, lead)


def preview_assignee(account: Account, call: Call) -> Any:
    """Whom routing would choose for somebody; of one who is a lead already, whose that is."""
    wanted = call.body["email"].lower()
    row = account.shelf.find(lambda row: any(email.lower() == wanted for email in row.emails))
    lead = account.shelf.get(row.id) if row else None
    member = (account.member(lead["assignedUserId"]) if lead else None) or account.me
    role = record(
        "CustomRoleAssignee",
        agentFullName=full_name(member),
        assignee=member["email"],
        assigneeId=member["memberUserId"],
        permissionProfileName=member["roleName"],
        role="Agent",
        roleId=1,
    )
    answer = record(
        "LeadCustomRoleAssigneeInfo",
        customRoleAssignees=[role],
        firstName=call.body["firstName"],
        lastName=call.body.get("lastName"),
        leadId=lead["leadId"] if lead else -1,
        leadUserId=lead["leadUserId"] if lead else -1,
    )
    return [answer]


def link_for_lead(account: Account, call: Call) -> Any:
    """An address of the team's website that signs the lead in."""
    if call.body.get("leadId") is None:
        raise invalid("leadId", "must be given")
    account.lead(call.body["leadId"])
    address = call.body.get("loftyWebsiteURL") or ""
    if urlsplit(address).scheme not in {"http", "https"}:
        raise invalid("loftyWebsiteURL", "must be an address")
    return f"{address}{'&' if '?' in address else '?'}login_token={secrets.token_urlsafe(24)}"


def _done(account: Account, lead: Json) -> Any:
    return {"leadId": lead["leadId"]} if account.envelopes == "live" else str(lead["leadId"])


# --------------------------------------------------------------------------------------------- checking


def _check(account: Account, body: Json, lead: Json | None = None) -> None:
    """What only the account can tell; nothing is written before all of it is right."""
    owner = body.get("assignedUserId")
    if owner is not None and account.member(owner) is None:
        raise Refused(400, USER_NOT_EXIST, "USER_NOT_EXIST", field="assignedUserId")
    if body.get("stage") is not None and account.stage_id(body["stage"]) == -1:
        raise invalid("stage", "is no stage of this team")
    if len(body.get("leadFamilyMemberList") or ()) > MOST_FAMILY:
        raise invalid("leadFamilyMemberList", f"must not have more than {MOST_FAMILY} members")
    if body.get("ownershipScope") in {"OFFICE", "PERSONAL"} and body.get("ownershipId") is None:
        raise invalid("ownershipId", "must be given")
    group = body.get("assignGroupId")
    if group not in (None, -1) and group not in {office["id"] for office in account.offices}:
        raise invalid("assignGroupId", "is no office of this team")
    if body.get("property") is not None:
        _check_property(body["property"], lead)


def _check_property(given: Json, lead: Json | None) -> None:
    if not any((given.get(name) or "").strip() for name in _ADDRESS):
        raise Refused(400, PROPERTY_ADDRESS_EMPTY, "PROPERTY_ADDRESS_EMPTY", field="property")
    number = given.get("id") or 0
    if number > 0 and number not in {home["id"] for home in (lead["leadPropertyList"] if lead else ())}:
        raise Refused(404, LEAD_PROPERTY_NOT_EXIST, "LEAD_PROPERTY_NOT_EXIST", field="property.id")


# ---------------------------------------------------------------------------------------------- writing


def _write(account: Account, lead: Json, body: Json) -> None:
    given = {name: value for name, value in body.items() if value is not None}
    lead.update((name, given[name]) for name in _PLAIN if name in given)
    if "phones" in given:
        lead["phoneStatuses"] = [2] * len(given["phones"])
    for name in ("groups", "segments"):
        if name in given:
            lead["groups"] = lead["segments"] = given[name]
    for name in ("isPrivate", "isHidden"):
        if name in given:
            lead["privateFlag"] = given[name]
    if "source" in given:
        lead["source"], lead["leadSource"] = given["source"], account.source_id(given["source"])
    if "stage" in given and given["stage"] != lead["stage"]:
        lead["stage"], lead["stageId"] = given["stage"], account.stage_id(given["stage"])
        account.happened(lead, _STAGE_CHANGED, {"stage": lead["stage"]})
    if "leadTypes" in given or "leadType" in given:
        _type(lead, given)
    if "assignedUserId" in given:
        _assign(account, lead, "Agent", account.member(given["assignedUserId"]) or account.me)
    if "customAttributeList" in given:
        lead["customAttributes"] = [record("CustomAttribute", **one) for one in given["customAttributeList"]]
    if "leadFamilyMemberList" in given:
        lead["leadFamilyMemberList"] = [record("LeadFamilyMember", **one) for one in given["leadFamilyMemberList"]]
    if "inquiry" in given:
        _inquire(account, lead, given["inquiry"])
    if "property" in given:
        _add_property(account, lead, given["property"])
    _tag(account, lead, given)


def _type(lead: Json, given: Json) -> None:
    if "leadTypes" in given:
        kinds = given["leadTypes"] or [-1]
        lead["leadType"] = 3 if {1, 2} <= set(kinds) else kinds[0] if kinds[0] in (1, 2, 5) else -1
    else:
        lead["leadType"] = given["leadType"]
        kinds = [1, 2] if given["leadType"] == 3 else [given["leadType"]]
    lead["leadTypes"] = kinds


def _tag(account: Account, lead: Json, given: Json) -> None:
    before = [tag["tagName"] for tag in lead["tags"]]
    if given.get("clearAllTags"):
        names: list[str] = []
    else:
        names = list(given.get("tags", before))
        names += [name for name in given.get("tagsAdd", ()) if name not in names]
        gone = set(given.get("tagsRemove", ())) & set(before)
        names = [name for name in dict.fromkeys(names) if name not in gone]
    if names != before:
        kept = {tag["tagName"]: tag for tag in lead["tags"]}
        lead["tags"] = [kept.get(name) or account.tagged(lead["leadId"], name) for name in names]
        account.happened(lead, _TAG_CHANGED, {"tags": names})


def _assign(account: Account, lead: Json, role: str, member: Json) -> None:
    if role == "Agent":
        account.own(lead, member)
        write_note(account, lead, f"Lead was assigned to {full_name(member)}.", system=True)
    else:
        number = {"Lender": 2, "Assistant": 4}[role]
        others = [one for one in lead["customRoleList"] if one["role"] != role]
        made = record(
            "CustomRole", role=role, roleId=number, assignee=member["email"], assigneeId=member["memberUserId"]
        )
        lead["customRoleList"] = [*others, made]
        if role == "Lender":
            lead["lenderUserId"] = member["memberUserId"]
    account.happened(lead, _ASSIGNED, {"role": role, "assignee": member["email"]})


def _inquire(account: Account, lead: Json, given: Json) -> None:
    inquiry = lead["leadInquiry"] or blank_inquiry(account, lead, account.now())
    ours = {"id", "leadUserId", "createTime", "updateTime"}
    inquiry.update((name, value) for name, value in given.items() if value is not None and name not in ours)
    inquiry["locations"] = [record("Location", **place) for place in inquiry["locations"]]
    inquiry["updateTime"] = iso_time(account.now())
    lead["leadInquiry"] = inquiry


def _add_property(account: Account, lead: Json, given: Json) -> None:
    """Into the one of that id, else the one at that address, else a new one."""
    same: Callable[[Json], bool]
    if (given.get("id") or 0) > 0:
        same = lambda home: home["id"] == given["id"]  # noqa: E731
    else:
        same = lambda home: all((home[name] or "") == (given.get(name) or "") for name in _ADDRESS)  # noqa: E731
    home = next((one for one in lead["leadPropertyList"] if same(one)), None)
    if home is None:
        home = blank_property(account, lead)
        lead["leadPropertyList"] = [*lead["leadPropertyList"], home]
    fields = set(RECORDS["LeadPropertyRes"]) - {"id", "leadUserId"}
    home.update((name, value) for name, value in given.items() if name in fields and value is not None)
