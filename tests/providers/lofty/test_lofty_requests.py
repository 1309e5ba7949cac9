"""What Lofty's actions send, what they refuse before sending, and what of an answer is whose to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from providers.action import Action, Effect, Outgoing, request_of, result_fields, without_sensitive
from providers.lead import Privacy
from providers.lofty.actions import ACTIONS
from providers.lofty.models import wire
from providers.lofty.models.wire import Asks, Gives
from providers.paging import After, Numbered, Offset

NAMED = {a.name: a for a in ACTIONS}


def action(name: str) -> Action[Any]:
    return NAMED[name]


def sent(name: str, /, **given: Any) -> Outgoing:
    one = action(name)
    return request_of(one, one.params(**given))


def refused(name: str, /, **given: Any) -> dict[str, str]:
    """Sentences by field."""
    with pytest.raises(ValidationError) as caught:
        action(name).params(**given)
    return {".".join(map(str, e["loc"])): e["msg"] for e in caught.value.errors()}


# ------------------------------------------------------------------------------------------- requests


def test_a_note_is_sent_with_its_pin_and_nothing_that_was_not_given() -> None:
    out = sent("add-note", leadId="651095960136641", content="  Wants a garden  ")
    assert (out.method, out.path, out.query) == ("POST", "/v1.0/notes", ())
    assert out.body == {"leadId": 651095960136641, "content": "Wants a garden", "isPin": False}


def test_a_number_in_the_path_is_not_repeated_in_the_body() -> None:
    out = sent("edit-note", noteId=9, content="New words", isPin=True)
    assert (out.method, out.path) == ("PUT", "/v1.0/notes/9")
    assert out.body == {"content": "New words", "isPin": True}


def test_a_deadline_is_epoch_milliseconds_whatever_zone_it_was_meant_in() -> None:
    there = datetime(2026, 12, 1, 9, 30, tzinfo=timezone(timedelta(hours=-8)))
    out = sent("add-task", leadId=7, content="Ring", deadline=there, type="Call", assignedRole="Agent")
    assert out.body["deadline"] == int(there.timestamp()) * 1000
    assert out.body["type"] == "Call"


def test_finishing_a_task_sends_that_alone() -> None:
    assert sent("edit-task", taskId=3, finishFlag=True).body == {"finishFlag": True}


def test_a_search_by_post_has_its_paging_in_the_body_and_may_be_repeated() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    out = sent("agent-communication", type="CALL", startTime=at, endTime=at + timedelta(hours=24), limit=50)
    assert out.body == {"type": "CALL", "startTime": 1777852800000, "endTime": 1777939200000, "limit": 50}
    assert action("agent-communication").effect is Effect.READ
    assert action("agent-communication").idempotent


def test_flags_and_lists_in_a_query_are_words_and_repetitions() -> None:
    assert sent("notes", leadId=7, includeSystemNote=True).query == (("leadId", "7"), ("includeSystemNote", "true"))
    assert sent("members", groupIds=[12, 13]).query == (("groupIds", "12"), ("groupIds", "13"))


def test_an_account_in_a_path_is_escaped() -> None:
    assert sent("get-member", account="ada+x@example.com").path == "/v1.0/members/ada%2Bx%40example.com"


def test_sections_inside_a_body_stay_sections() -> None:
    out = sent(
        "add-agent",
        accountType=1,
        accountInfo={"firstName": "Ada", "lastName": "L", "emailAddress": "ada@example.com", "phoneNumber": "5550100"},
        socialMedias={"items": [{"type": "x", "value": "https://example.com/ada"}]},
    )
    assert out.body == {
        "accountType": 1,
        "accountInfo": {
            "firstName": "Ada",
            "lastName": "L",
            "emailAddress": "ada@example.com",
            "phoneNumber": "5550100",
        },
        "socialMedias": {"items": [{"type": "x", "value": "https://example.com/ada"}]},
    }


def test_several_members_share_a_rule_or_one_has_it_alone() -> None:
    one, two = {"memberId": 1, "weight": 2}, {"memberId": 5, "weight": 1}
    for weights in (one, [one, two]):
        out = sent("edit-routing-rule", type=1, id=4, routingStrategy={"memberWeights": weights})
        assert (out.path, out.body) == (
            "/v1.0/routing/rule/1",
            {"id": 4, "routingStrategy": {"memberWeights": weights}},
        )


def test_offices_are_added_with_put_and_changed_with_post() -> None:
    assert sent("add-office", name="North").method == "PUT"
    assert sent("edit-office", id=3, name="North").method == "POST"
    assert not action("add-office").idempotent
    assert action("edit-office").idempotent
    assert action("edit-company").idempotent


@pytest.mark.parametrize(
    "name", ["add-note", "add-task", "log-contact", "add-webhook", "add-account", "add-agent", "send-opportunity"]
)
def test_what_adds_something_is_not_repeated_blindly(name: str) -> None:
    assert not action(name).idempotent


# ------------------------------------------------------------------------------- refused before sending


def test_a_note_that_lofty_would_cut_is_refused() -> None:
    assert sent("add-note", leadId=7, content="x" * 2000).body["content"] == "x" * 2000
    assert "content" in refused("add-note", leadId=7, content="x" * 2001)
    assert "content" in refused("add-note", leadId=7, content="   ")


def test_a_logged_call_needs_the_number_and_the_others_do_not() -> None:
    message = refused("log-contact", leadId=7, logType="logCall", content="Talked")["leadPhoneNumber"]
    assert "the phone number that was called" in message
    out = sent("log-contact", leadId=7, logType="logCall", content="Talked", leadPhoneNumber="5865865860")
    assert out.body["leadPhoneNumber"] == "5865865860"
    assert "leadPhoneNumber" not in sent("log-contact", leadId=7, logType="logText", content="Hello").body
    assert "leadPhoneNumber" in refused(
        "log-contact", leadId=7, logType="logCall", content="Talked", leadPhoneNumber="5" * 21
    )
    assert "content" in refused("log-contact", leadId=7, logType="logText", content="x" * 5001)


@pytest.mark.parametrize(
    ("given", "how"),
    [
        ({"logType": "logText"}, "text"),
        ({"logType": "logEmail", "outboundOrInbound": "outbound"}, "email"),
        ({"logType": "logCall", "leadPhoneNumber": "5865865860"}, "call"),
        ({"logType": "logText", "outboundOrInbound": "inbound"}, None),
    ],
)
def test_logging_a_contact_minds_what_the_customer_does_not_wish(given: dict[str, Any], how: str | None) -> None:
    one = action("log-contact")
    assert one.contacts is not None
    assert one.contacts(one.params(leadId=7, content="Hello", **given)) == how


def test_a_task_edited_to_nothing_is_refused() -> None:
    assert "say what to change" in refused("edit-task", taskId=3, leadId=7)[""]


def test_communication_is_asked_for_one_day_at_a_time() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    late = refused("agent-communication", type="CALL", startTime=at, endTime=at + timedelta(hours=24, seconds=1))
    assert "24 hours" in late["endTime"]
    early = refused("agent-communication", type="CALL", startTime=at, endTime=at - timedelta(hours=1))
    assert "before" in early["endTime"]


@pytest.mark.parametrize("name", ["routing-rules", "default-routing-rule", "edit-default-routing-rule"])
def test_assistants_need_a_role(name: str) -> None:
    assert "role" in refused(name, type=4)["roleId"]
    assert sent(name, type=4, roleId=9).path.endswith("/4")
    assert sent(name, type=1).path.endswith("/1")
    assert "type" in refused(name, type=3)


@pytest.mark.parametrize(
    ("minutes", "fits"), [(0, False), (1, True), (60, True), (61, False), (120, True), (1440, True), (1500, False)]
)
def test_minutes_to_react_are_whole_hours_above_one(minutes: int, fits: bool) -> None:
    given = {"type": 1, "touchMinutes": minutes}
    if fits:
        assert sent("edit-default-routing-rule", **given).body == {"touchMinutes": minutes}
    else:
        assert "touchMinutes" in refused("edit-default-routing-rule", **given)


def test_a_default_assignee_is_an_agent_or_a_pond() -> None:
    assert (
        "not both"
        in refused("edit-default-routing-rule", type=1, assigneeAgentId=1, assigneeGroupId=2)["assigneeGroupId"]
    )


def test_listings_need_something_to_look_for_and_one_kind_of_number() -> None:
    assert "say whose listings" in refused("listings", limit=5)[""]
    assert "not both" in refused("listings", listingId="1", soldListingId="2")["soldListingId"]
    assert sent("listings", agentListings=True, limit=5).query == (("agentListings", "true"), ("limit", "5"))
    assert "limit" in refused("listings", agentListings=True, limit=1001)


def test_details_of_an_opportunity_need_their_link() -> None:
    assert "both or neither" in refused("send-opportunity", leadId=7, notificationType=11, description="1 Elm")["link"]
    assert (
        "both or neither"
        in refused("send-opportunity", leadId=7, notificationType=11, link="https://x.example")["link"]
    )
    out = sent("send-opportunity", leadId=7, notificationType=11, description="1 Elm", link="https://x.example")
    assert out.body["link"] == "https://x.example"
    assert action("send-opportunity").asks


def test_a_webhook_is_called_by_https_only() -> None:
    out = sent("add-webhook", listId=2, callbackUrl="https://desk.example.com/hooks/abc")
    assert out.body == {"listId": 2, "callbackUrl": "https://desk.example.com/hooks/abc"}
    assert "callbackUrl" in refused("add-webhook", listId=2, callbackUrl="http://desk.example.com/hooks/abc")
    assert "limit" in refused("add-webhook", listId=2, callbackUrl="https://x.example/", limit=5001)


def test_an_unknown_field_is_refused() -> None:
    assert "colour" in refused("add-note", leadId=7, content="x", colour="red")


@pytest.mark.parametrize(
    "name",
    [
        "edit-user",
        "add-account",
        "edit-account",
        "add-agent",
        "edit-company",
        "edit-office",
        "add-office",
        "add-broker-team",
        "remove-broker-team",
        "edit-routing-rule",
        "edit-default-routing-rule",
        "add-webhook",
        "delete-webhook",
        "add-custom-field",
        "delete-note",
        "delete-task",
        "delete-logged-contact",
    ],
)
def test_setting_up_the_account_and_deleting_are_for_admins_and_ask_first(name: str) -> None:
    assert action(name).for_admins
    assert action(name).asks


@pytest.mark.parametrize("name", ["add-note", "edit-note", "add-task", "edit-task", "log-contact"])
def test_everyday_work_is_for_everybody_and_asks_nothing(name: str) -> None:
    assert not action(name).for_admins
    assert not action(name).asks


# --------------------------------------------------------------------------------------------- answers


def classes(name: str) -> dict[str, Privacy | None]:
    gives = action(name).gives
    assert gives is not None
    return {field: privacy for field, (privacy, _) in result_fields(gives).items()}


def test_what_was_said_and_numbers_are_contact_data_and_tokens_are_secret() -> None:
    assert classes("notes")["content"] is Privacy.CONTACT
    assert classes("notes")["createTime"] is Privacy.PUBLIC
    assert classes("calls")["leadPhoneNumber"] is Privacy.CONTACT
    assert classes("tasks")["leadLastName"] is Privacy.CONTACT
    assert classes("tasks")["leadFirstName"] is Privacy.PUBLIC
    assert classes("text-history")["textContent"] is Privacy.CONTACT
    assert classes("system-logs")["content"] is Privacy.CONTACT
    assert classes("get-oauth-token")["token"] is classes("get-oauth-token")["refreshToken"] is Privacy.SECRET
    assert classes("webhooks")["callbackUrl"] is Privacy.SECRET
    assert action("get-oauth-token").for_admins
    assert action("webhooks").for_admins


@pytest.mark.parametrize("action", [a for a in ACTIONS if a.gives], ids=lambda a: a.name)
def test_every_field_of_a_record_says_whose_it_is_or_holds_fields_that_do(action: Action[Any]) -> None:
    def unsaid(model: type[BaseModel], at: str = "") -> list[str]:
        missing = []
        for name, (privacy, inner) in result_fields(model).items():
            if inner is not None:
                missing += unsaid(inner, f"{at}{name}.")
            elif privacy is None:
                missing.append(f"{at}{name}")
        return missing

    assert action.gives is not None
    assert unsaid(action.gives) == []


def test_wrapped_and_bare_lists_are_the_same_record() -> None:
    class Record(Gives):
        kept: wire.Text = None

    for answer in ({"notes": [{"kept": "a"}]}, [{"kept": "a"}], {"note": {"kept": "a"}}):
        assert without_sensitive(Record, answer) == answer


def test_lists_go_on_as_the_document_says() -> None:
    assert action("calls").paging == Offset()
    assert action("members").paging == Offset()
    assert action("agent-communication").paging == Offset()
    assert action("system-logs").paging == Numbered("pageNumber", first=0)
    for name in ("call-history", "call-history-v2", "email-history", "text-history", "logged-contacts"):
        assert action(name).paging == After("currentId")


# ------------------------------------------------------------------------------ moments, days, amounts


class Sample(Asks):
    ms: wire.EpochMs | None = None
    utc: wire.UtcText | None = None
    pacific: wire.PacificText | None = None
    iso: wire.IsoText | None = None
    born: wire.Birthday | None = None
    amount: wire.Amount | None = None
    whole: wire.WholeAmount | None = None
    tags: list[wire.Tag] | None = None


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-01T17:30:00GMT",
        "2026-12-01 17:30:00",
        "2026-12-01T09:30:00-08:00",
        "2026-12-01T17:30:00.000Z",
        "2026-12-01T17:30",
        1796146200000,
        "1796146200000",
        {"time": 1796146200000, "timezoneOffset": 0},
        datetime(2026, 12, 1, 12, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 12, 1, 17, 30),
    ],
    ids=str,
)
def test_a_moment_is_read_however_it_is_written_and_sent_as_its_type_says(written: Any) -> None:
    sample = Sample(ms=written, utc=written, pacific=written, iso=written)
    assert sample.model_dump(mode="json", exclude_none=True) == {
        "ms": 1796146200000,
        "utc": "2026-12-01 17:30:00",
        "pacific": "2026-12-01 10:30:00",
        "iso": "2026-12-01T17:30:00.000Z",
    }
    assert sample.ms == datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    again = Sample.model_validate(sample.model_dump(mode="json", include={"ms", "utc", "iso"}))
    assert (again.ms, again.utc, again.iso) == (sample.ms, sample.utc, sample.iso)


@pytest.mark.parametrize("written", ["tomorrow", "", "12", True, [], {"time": None}, 10**30], ids=str)
def test_what_is_no_moment_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        Sample(ms=written)


@pytest.mark.parametrize(("written", "year"), [("Jun 5, 2001", 2001), ("2001-06-05", 2001), ("jun 05, 2001", 2001)])
def test_a_birthday_is_sent_in_loftys_words(written: str, year: int) -> None:
    sample = Sample.model_validate({"born": written})
    assert sample.born is not None
    assert sample.born.year == year
    assert sample.model_dump(mode="json", exclude_none=True) == {"born": "Jun 5, 2001"}


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({"born": "Jun 31, 2001"})


@pytest.mark.parametrize(("amount", "number"), [("450000", 450000), ("450000.00", 450000), ("2.5", 2.5)])
def test_an_amount_is_a_number_and_whole_where_it_is_whole(amount: str, number: float) -> None:
    dumped = Sample(amount=Decimal(amount)).model_dump(mode="json", exclude_none=True)
    assert dumped == {"amount": number}
    assert type(dumped["amount"]) is type(number)


def test_an_amount_without_cents_takes_none() -> None:
    assert Sample(whole=Decimal("450000")).model_dump(mode="json", exclude_none=True) == {"whole": 450000}
    with pytest.raises(ValidationError):
        Sample(whole=Decimal("1.5"))


def test_a_tag_has_at_most_64_characters() -> None:
    assert Sample(tags=["x" * 64]).tags == ["x" * 64]
    with pytest.raises(ValidationError):
        Sample(tags=["x" * 65])
