"""What Lofty's actions on leads send, what they refuse before sending, and how their forms begin."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from commands.forms.fields import Kind, fields_of
from providers.action import Action, Effect, Outgoing, request_of, result_fields, without_sensitive
from providers.lead import Privacy
from providers.lofty.actions.brokermint import BROKERMINT
from providers.lofty.actions.leads import LEADS, Scroll
from providers.lofty.models.leads import AddLead, AssignLead, EditLead, WireLead

NAMED = {a.name: a for a in (*LEADS, *BROKERMINT)}
ID = 651095960136641
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

EXAMPLES: dict[str, tuple[dict[str, Any], Outgoing]] = {
    "leads": (
        {"stage": ["New Leads", "Nurture"], "contacted": False, "key": "ada", "sort": "CreateTime", "desc": True},
        Outgoing(
            "GET",
            "/v1.0/leads",
            (
                ("key", "ada"),
                ("stage", "New Leads"),
                ("stage", "Nurture"),
                ("contacted", "false"),
                ("sort", "CreateTime"),
                ("desc", "true"),
            ),
            None,
        ),
    ),
    "leads-created": (
        {"leadCreateTime": NOON, "limit": 100},
        Outgoing("GET", "/v1.0/leads/createTime", (("leadCreateTime", "2026-05-04 05:00:00"), ("limit", "100")), None),
    ),
    "leads-updated": (
        {"leadUpdateTime": "2026-05-04T14:00:00+02:00", "scrollId": "abc"},
        Outgoing(
            "GET", "/v1.0/leads/updateTime", (("leadUpdateTime", "2026-05-04 05:00:00"), ("scrollId", "abc")), None
        ),
    ),
    "get-lead": (
        {"leadId": ID, "withTrash": True},
        Outgoing("GET", f"/v1.0/leads/{ID}", (("withTrash", "true"),), None),
    ),
    "add-lead": (
        {
            "firstName": " Ada ",
            "lastName": "Byron",
            "phones": ["+14155551234"],
            "leadTypes": [2, 6],
            "tagsAdd": ["Open house"],
            "birthday": "2001-06-05",
            "inquiry": {"priceMax": "450000", "bathroomsMin": "2.5", "locations": [{"city": "Austin"}]},
            "property": {"zipCode": "78701"},
            "leadTransaction": {"transactionName": "123 Main St", "closeDate": NOON},
        },
        Outgoing(
            "POST",
            "/v1.0/leads",
            (),
            {
                "firstName": "Ada",
                "lastName": "Byron",
                "phones": ["+14155551234"],
                "leadTypes": [2, 6],
                "tagsAdd": ["Open house"],
                "birthday": "Jun 5, 2001",
                "inquiry": {"priceMax": 450000, "bathroomsMin": "2.5", "locations": [{"city": "Austin"}]},
                "property": {"zipCode": "78701"},
                "leadTransaction": {"transactionName": "123 Main St", "closeDate": 1777896000000},
                "welcomeEmail": False,
                "leadAlert": False,
            },
        ),
    ),
    "edit-lead": (
        {"leadId": ID, "stage": "Nurture", "tagsRemove": ["Cold"]},
        Outgoing("PUT", f"/v1.0/leads/{ID}", (), {"stage": "Nurture", "tagsRemove": ["Cold"]}),
    ),
    "delete-lead": (
        {"leadId": ID, "reason": "Twice"},
        Outgoing("DELETE", f"/v1.0/leads/{ID}", (("reason", "Twice"),), None),
    ),
    "assign-lead": (
        {"leadId": ID, "assignees": [{"role": "Agent", "assignee": "mia@example.com"}]},
        Outgoing("POST", f"/v1.0/leads/{ID}/assignment", (), [{"role": "Agent", "assignee": "mia@example.com"}]),
    ),
    "preview-assignees": (
        {"firstName": "Ada", "email": "ada@example.com"},
        Outgoing("POST", "/v1.0/leads/assignee", (), {"firstName": "Ada", "email": "ada@example.com"}),
    ),
    "login-link": (
        {"leadId": ID, "loftyWebsiteURL": "https://homes.example.com/listing/7"},
        Outgoing(
            "POST",
            "/v1.0/leads/specified-url",
            (),
            {"leadId": ID, "loftyWebsiteURL": "https://homes.example.com/listing/7"},
        ),
    ),
    "activities": (
        {"leadId": ID, "curPage": 0},
        Outgoing("GET", f"/v1.0/leads/{ID}/activities", (("curPage", "0"),), None),
    ),
    "add-activity": (
        {
            "leadId": ID,
            "type": "Browse",
            "text": "12 Elm St",
            "link": "https://homes.example.com/12",
            "picture": "https://homes.example.com/12.jpg",
            "created": NOON,
            "listing": {"price": 300000},
        },
        Outgoing(
            "POST",
            f"/v1.0/leads/{ID}/activity",
            (),
            {
                "type": "Browse",
                "text": "12 Elm St",
                "link": "https://homes.example.com/12",
                "picture": "https://homes.example.com/12.jpg",
                "created": 1777896000000,
                "listing": {"price": 300000},
            },
        ),
    ),
    "add-inquiry": (
        {"leadId": ID, "priceMin": 200000, "bedroomsMin": 2, "propertyType": ["Condo"]},
        Outgoing(
            "POST",
            f"/v1.0/leads/{ID}/inquiry",
            (),
            {"priceMin": 200000, "bedroomsMin": 2, "propertyType": ["Condo"]},
        ),
    ),
    "add-property": (
        {"leadId": ID, "city": "Austin", "bathrooms": 2.5, "mailAddress": False},
        Outgoing("POST", f"/v1.0/leads/{ID}/property", (), {"city": "Austin", "bathrooms": 2.5, "mailAddress": False}),
    ),
    "sync-brokermint-lead": (
        {"externalId": "bm-7", "email": "ada@example.com", "bmPrivate": False},
        Outgoing(
            "PUT",
            "/v1.0/brokermint/lead",
            (),
            {"externalId": "bm-7", "email": "ada@example.com", "bmPrivate": False},
        ),
    ),
    "sync-brokermint-transaction": (
        {"id": 7, "status": "Closed", "price": "450000.50", "closedAt": NOON},
        Outgoing(
            "PUT",
            "/v1.0/brokermint/transaction",
            (),
            {"id": 7, "status": "Closed", "price": 450000.5, "closedAt": "2026-05-04T12:00:00.000Z"},
        ),
    ),
}


def sent(name: str, /, **given: Any) -> Outgoing:
    action: Action[Any] = NAMED[name]
    return request_of(action, action.params(**given))


def refused(name: str, /, **given: Any) -> dict[str, str]:
    """Sentences by field."""
    with pytest.raises(ValidationError) as caught:
        NAMED[name].params(**given)
    return {".".join(map(str, e["loc"])): e["msg"] for e in caught.value.errors()}


def by_place(out: Outgoing) -> tuple[str, str, list[tuple[str, str]], Any]:
    return out.method, out.path, sorted(out.query), out.body


@pytest.mark.parametrize("name", NAMED)
def test_an_action_sends_what_was_given_under_the_documented_names(name: str) -> None:
    given, expected = EXAMPLES[name]
    assert by_place(sent(name, **given)) == by_place(expected)


# ---------------------------------------------------------------------------------------------- forms


def test_a_new_lead_is_asked_for_in_the_order_of_a_conversation() -> None:
    asked = fields_of(AddLead)
    assert [a.name for a in asked if a.required] == ["firstName"]
    open_ = [a.name for a in asked if a.group is None and a.model is None]
    assert open_ == [
        *("firstName", "lastName", "phones", "emails", "leadTypes", "source", "stage", "assignedUserId", "tagsAdd"),
        *("content", "isPin"),
    ]
    assert [a.name for a in asked[: len(open_)]] == open_, "what is folded stands below"


def test_a_change_begins_with_what_changes_most() -> None:
    asked = fields_of(EditLead)
    assert [a.name for a in asked if a.required] == ["leadId"]
    assert [a.name for a in asked[:5]] == ["leadId", "stage", "assignedUserId", "tagsAdd", "tagsRemove"]
    names = [a.name for a in asked]
    assert names.index("tagsAdd") < names.index("tags")
    replacing = next(a for a in asked if a.name == "tags")
    assert "replace" in replacing.title.casefold()
    assert replacing.group is not None


def test_nothing_is_folded_twice() -> None:
    for model in (AddLead, EditLead):
        assert [a.name for a in fields_of(model) if a.model is not None and a.group is not None] == []


def test_mails_that_really_go_out_are_off_unless_ticked_and_are_no_part_of_a_change() -> None:
    body = sent("add-lead", firstName="Ada", welcomeEmail=True).body
    assert (body["welcomeEmail"], body["leadAlert"]) == (True, False)
    assert not {"welcomeEmail", "leadAlert"} & EditLead.model_fields.keys()


def test_people_are_chosen_by_name_and_codes_by_their_meaning() -> None:
    asked = {a.name: a for a in fields_of(AddLead)}
    kinds = {n: asked[n].refers for n in ("assignedUserId", "stage", "source", "tagsAdd", "tags", "segments")}
    assert kinds == {
        "assignedUserId": "member",
        "stage": "stage",
        "source": "source",
        "tagsAdd": "tag",
        "tags": "tag",
        "segments": "segment",
    }
    assert asked["leadTypes"].kind is Kind.MULTI
    assert set(asked["leadTypes"].codes) == {-1, 1, 2, 5, 6, 7, 8, 9}
    assert set(asked["leadType"].codes) == {-1, 1, 2, 3, 5}
    assert set(asked["buyingTimeFrame"].codes) == {"1-3", "3-6", "6-12", "12+", "Just Looking", "Refinancing"}
    assert {n for n, a in asked.items() if a.sensitive} == {"birthday", "preQual", "mortgage"}


# ------------------------------------------------------------------------------- refused before sending


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "firstName"),
        ({"firstName": "  "}, "firstName"),
        ({"firstName": "x" * 31}, "firstName"),
        ({"firstName": "Ada", "lastName": "x" * 31}, "lastName"),
        ({"firstName": "Ada", "phones": ["5" * 21]}, "phones.0"),
        ({"firstName": "Ada", "emails": ["ada"]}, "emails.0"),
        ({"firstName": "Ada", "stage": "x" * 20}, "stage"),
        ({"firstName": "Ada", "tagsAdd": ["x" * 65]}, "tagsAdd.0"),
        ({"firstName": "Ada", "segments": ["x" * 31]}, "segments.0"),
        ({"firstName": "Ada", "content": "x" * 2001}, "content"),
        ({"firstName": "Ada", "leadFamilyMemberList": [{"firstName": "B"}] * 5}, "leadFamilyMemberList"),
        ({"firstName": "Ada", "leadTransaction": {"homePrice": 1}}, "leadTransaction.transactionName"),
        ({"firstName": "Ada", "property": {"price": 1}}, "property"),
        ({"firstName": "Ada", "inquiry": {"bathroomsMin": "two"}}, "inquiry.bathroomsMin"),
        ({"firstName": "Ada", "colour": "red"}, "colour"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_lead_that_lofty_would_cut_or_refuse_is_refused(given: dict[str, Any], field: str) -> None:
    assert list(refused("add-lead", **given)) == [field]


def test_what_just_fits_is_taken() -> None:
    family = [{"firstName": "B"}] * 4
    body = sent(
        "add-lead",
        firstName="x" * 30,
        stage="x" * 19,
        phones=["5" * 20],
        tagsAdd=["x" * 64],
        leadFamilyMemberList=family,
    ).body
    assert body["firstName"] == "x" * 30
    assert body["leadFamilyMemberList"] == family


def test_a_change_of_nothing_is_refused() -> None:
    assert "say what to change" in refused("edit-lead", leadId=ID)[""]
    assert sent("edit-lead", leadId=ID, cannotCall=False).body == {"cannotCall": False}


def test_a_property_is_somewhere() -> None:
    assert "say where it is" in refused("add-property", leadId=ID, price=1)[""]
    assert "say where it is" in refused("edit-lead", leadId=ID, property={"city": " "})["property"]


@pytest.mark.parametrize(
    ("least", "most"),
    [
        ({"priceMin": 500000}, {"priceMax": 400000}),
        ({"bedroomsMin": 4}, {"bedroomsMax": 3}),
        ({"bathroomsMin": "10"}, {"bathroomsMax": "9"}),
    ],
)
def test_a_range_begins_before_it_ends(least: dict[str, Any], most: dict[str, Any]) -> None:
    (wrong,) = refused("add-inquiry", leadId=ID, **least, **most)
    assert wrong == next(iter(most))
    same = {wrong: next(iter(least.values()))}
    assert sent("add-inquiry", leadId=ID, **least, **same).body == {**least, **same}
    assert sent("add-inquiry", leadId=ID, **most).body == most


def test_a_lead_is_deleted_for_a_reason_and_by_admins_who_were_asked() -> None:
    assert "reason" in refused("delete-lead", leadId=ID)
    assert "reason" in refused("delete-lead", leadId=ID, reason=" ")
    assert NAMED["delete-lead"].for_admins
    assert NAMED["delete-lead"].asks


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_has_1_to_100_leads(limit: int) -> None:
    assert "limit" in refused("leads", limit=limit)
    assert "limit" in refused("leads-created", limit=limit)


def test_an_activity_happened_now_unless_told() -> None:
    given = EXAMPLES["add-activity"][0] | {"created": NOON}
    del given["created"]
    before = datetime.now(UTC).timestamp() * 1000 - 1000  # to the second
    assert before <= sent("add-activity", **given).body["created"] <= datetime.now(UTC).timestamp() * 1000


# ----------------------------------------------------------------------------------------- assigning


def test_both_spellings_of_the_assignee_are_read_and_the_newer_is_sent() -> None:
    for spelling in ("assignee", "assiginee"):
        made = AssignLead.model_validate({"leadId": ID, "assignees": [{"role": "Lender", spelling: "mia@example.com"}]})
        assert request_of(NAMED["assign-lead"], made).body == [{"role": "Lender", "assignee": "mia@example.com"}]
    assert "assignees" in refused("assign-lead", leadId=ID, assignees=[])
    (rows,) = (a for a in fields_of(AssignLead) if a.name == "assignees")
    assert rows.kind is Kind.ROWS
    assert rows.model is not None
    assert {a.name: set(a.codes) for a in fields_of(rows.model) if a.codes} == {
        "role": {"Agent", "Assistant", "Lender"}
    }


# ------------------------------------------------------------------------------------- what may be done


def test_what_adds_is_not_repeated_blindly_and_what_asks_or_sets_may_be() -> None:
    assert {a.name for a in NAMED.values() if not a.idempotent} == {"add-lead", "add-inquiry", "add-activity"}
    reading = {a.name for a in NAMED.values() if a.effect is Effect.READ and a.method == "POST"}
    assert reading == {"login-link", "preview-assignees"}


def test_machines_work_is_for_admins_and_everyday_work_for_everybody() -> None:
    assert {a.name for a in NAMED.values() if a.for_admins} == {
        "delete-lead",
        "sync-brokermint-lead",
        "sync-brokermint-transaction",
    }


# --------------------------------------------------------------------------------------------- answers


def test_sensitive_fields_are_dropped_from_a_lead_however_it_is_wrapped() -> None:
    lead = {
        "leadId": ID,
        "firstName": "Ada",
        "birthday": "Jun 5, 2001",
        "preQual": "Yes",
        "mortgage": "No",
        "leadFamilyMemberList": [{"firstName": "B", "birthday": "Jun 6, 2001"}],
    }
    kept = {"leadId": ID, "firstName": "Ada", "leadFamilyMemberList": [{"firstName": "B"}]}
    for wrap in (lambda one: one, lambda one: {"lead": one}, lambda one: {"_metadata": {"total": 1}, "leads": [one]}):
        assert without_sensitive(WireLead, wrap(lead)) == wrap(kept)


def test_a_lead_shows_its_first_name_and_stage_to_all_and_how_to_reach_it_to_few() -> None:
    classes = {name: privacy for name, (privacy, _) in result_fields(WireLead).items()}
    for name in ("firstName", "stage", "source", "city", "score", "createTime"):
        assert classes[name] is Privacy.PUBLIC, name
    for name in ("lastName", "phones", "emails", "streetAddress", "zipCode", "referredBy", "facebook"):
        assert classes[name] is Privacy.CONTACT, name
    assert NAMED["login-link"].privacy is Privacy.CONTACT


def test_a_lead_is_read_in_lofty_s_odd_shapes() -> None:
    lead = WireLead.model_validate(
        {"leadId": str(ID), "createTime": "2026-05-04T12:00:00GMT", "assignedUserId": -1, "stage": "", "new": {"x": 1}}
    )
    assert (lead.leadId, lead.createTime, lead.stage) == (ID, NOON, None)


@pytest.mark.parametrize("metadata", ["_metadata", "get_metadata"])
def test_a_search_goes_on_by_its_scroll_id_under_either_name(metadata: str) -> None:
    page = {metadata: {"scrollId": "s2"}, "leads": [{"leadId": 1}]}
    assert Scroll().following({}, page, page["leads"]) == {"scrollId": "s2"}
    assert Scroll().following({"scrollId": "s2"}, {metadata: {"scrollId": "s2"}, "leads": []}, []) is None


def test_a_search_without_scroll_ids_goes_on_by_counting() -> None:
    leads = [{"leadId": 1}, {"leadId": 2}]
    assert Scroll().following({"offset": 4}, {"_metadata": {"scrollId": ""}, "leads": leads}, leads) == {"offset": 6}
    assert Scroll().following({"scrollId": "s2"}, {"leads": leads}, leads) is None, "the scroll has ended"
    assert Scroll().following({"offset": 6}, {"leads": []}, []) is None
