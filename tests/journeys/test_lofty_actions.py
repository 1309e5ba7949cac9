"""Lofty's 80 operations by the words that a person would type, one after the other in one house: exactly the documented
method and path each, nothing refused, and the result is there to be read. And whose they are."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.gestures import common
from bot.sandbox.messages import Message
from providers.action import Action, Effect
from providers.lofty.stand_in import LoftyStandIn
from providers.provider import discover
from tests.conftest import ADA, GENERAL, LEADS, MAX, ZOE, House, shown

Json = dict[str, Any]
ACTIONS: dict[str, Action[Any]] = {action.name: action for action in discover()["lofty"].actions}

WORDS: dict[str, tuple[str, str]] = {
    "add-lead": ('firstName:Nell lastName:Ward emails:nell@example.com source:Website content:"Met at the fair"', ""),
    "leads": ("key:Kit limit:5", "Kit"),
    "get-lead": ("leadId:{lead}", "Kit"),
    "edit-lead": ("leadId:{lead} tagsAdd:VIP city:Austin", ""),
    "assign-lead": ("leadId:{lead} assignees.1.role:Agent assignees.1.assignee:{email}", ""),
    "add-inquiry": ("leadId:{lead} priceMax:$450,000 locations.1.city:Austin locations.1.stateCode:TX", ""),
    "add-property": ('leadId:{lead} streetAddress:"1 Mill Lane" city:Austin state:TX', ""),
    "add-activity": (
        'leadId:{lead} type:Browse text:"Looked at 1 Mill Lane" link:https://example.com/1'
        " picture:https://example.com/1.jpg",
        "",
    ),
    "activities": ("leadId:{lead}", "Looked at 1 Mill Lane"),
    "login-link": ("leadId:{lead} loftyWebsiteURL:https://homes.example.com/", "https://"),
    "preview-assignees": ("firstName:Nell email:nell@example.com", "Max"),
    "leads-created": ('leadCreateTime:"2020-01-01 09:00"', "Kit"),
    "leads-updated": ('leadUpdateTime:"2020-01-01 09:00"', "Kit"),
    "add-note": ('leadId:{lead} content:"Wants a garden"', ""),
    "notes": ("leadId:{lead}", "Wants a garden"),
    "get-note": ("noteId:{note}", "Wants a garden"),
    "edit-note": ('noteId:{note} content:"Wants two gardens"', ""),
    "delete-note": ("noteId:{note}", ""),
    "appointments": ("leadId:{lead}", "Showing of the mill"),
    "add-task": (
        'leadId:{lead} content:"Ring about the mill" deadline:"tomorrow 9am" type:Call assignedRole:Agent',
        "",
    ),
    "tasks": ("leadId:{lead}", "Ring about the mill"),
    "get-task": ("taskId:{task}", "Ring about the mill"),
    "edit-task": ("taskId:{task} finishFlag:yes", ""),
    "delete-task": ("taskId:{task}", ""),
    "log-contact": ('leadId:{lead} logType:logCall content:"Rang, will view" leadPhoneNumber:5125550100', ""),
    "logged-contacts": ("leadId:{lead} logType:logCall", "5125550100"),
    "get-logged-contact": ("logTypeId:{logged}", "5125550100"),
    "delete-logged-contact": ("logTypeId:{logged}", ""),
    "calls": ("leadId:{lead}", "Talked"),
    "get-call": ("callId:{call}", "Talked"),
    "agent-communication": ('type:CALL startTime:"today 0:00" endTime:"today 23:59" teamView:yes', "Call"),
    "call-history": ("leadId:{lead}", "Talked"),
    "call-history-v2": ("leadId:{lead}", "5125550100"),
    "email-history": ("leadId:{lead}", "Homes you may like"),
    "text-history": ("leadId:{lead}", "Delivered"),
    "system-logs": ("leadId:{lead}", "Kit"),
    "add-transaction": ('leadId:{lead} transactionName:"The Mill" transactionType:Purchase homePrice:450000', ""),
    "transactions": ("leadId:{lead}", "The Mill"),
    "get-transaction": ("leadId:{lead} transactionId:{transaction}", "The Mill"),
    "edit-transaction": ('leadId:{lead} transactionId:{transaction} transactionName:"The Old Mill"', ""),
    "edit-transaction-address": ("leadId:{lead} transactionId:{transaction} city:Austin state:TX", ""),
    "get-transaction-address": ("leadId:{lead} transactionId:{transaction}", "Austin"),
    "transaction-fields": ("", "Escrow company"),
    "sync-brokermint-lead": ("externalId:bm-17 firstName:Kit email:kit@example.com", ""),
    "sync-brokermint-transaction": ("id:{synced} price:460000", ""),
    "send-opportunity": ("leadId:{lead} notificationType:11", ""),
    "published-listings": ("type:AllOnMarket", "listing"),
    "listings": ("agentListings:yes userId:{member}", ""),
    "me": ("", "Max"),
    "members": ("", "Zoe"),
    "get-member": ("account:{email}", "Zoe"),
    "get-user": ("userId:{member}", "Zoe"),
    "edit-user": ("userId:{member} timeZoneId:America/New_York", ""),
    "ponds": ("", "New Leads Pond"),
    "get-pond": ("id:{pond}", "New Leads Pond"),
    "add-custom-field": ("attributeName:Boat attributeType:text", ""),
    "custom-fields": ("", "Boat"),
    "tags": ("", "Cash Buyer"),
    "routing-members": ("type:1", "Zoe"),
    "routing-roles": ("", "Agent"),
    "routing-rules": ("type:1", "Zillow"),
    "default-routing-rule": ("type:1", ""),
    "edit-default-routing-rule": ("type:1 touchMinutes:30", ""),
    "edit-routing-rule": ("type:1 id:{rule} activeHours.hoursStart:8 activeHours.hoursEnd:18", ""),
    "add-agent": (
        "accountType:1 accountInfo.firstName:Ivy accountInfo.lastName:Moss"
        " accountInfo.emailAddress:ivy@harbourhomes.example accountInfo.phoneNumber:5125550155",
        "",
    ),
    "add-account": ("firstName:Leo lastName:Hart emailAddress:leo@harbourhomes.example", ""),
    "edit-account": ("teamMemberUserId:{member} position:Broker", ""),
    "organization": ("", "North Austin Office"),
    "edit-company": ('name:"Lone Star Homes"', ""),
    "add-office": ('name:"Round Rock"', ""),
    "edit-office": ('id:{office} name:"Round Rock North"', ""),
    "permission-profiles": ("", "Agent"),
    "add-broker-team": ("teamName:North email:north@example.com", ""),
    "remove-broker-team": ("id:{team}", ""),
    "vendors": ("", "Keystone Lending"),
    "get-oauth-token": ("", "(secret)"),
    "add-webhook": ("listId:2 callbackUrl:https://hooks.example.com/lofty", ""),
    "webhooks": ("", "*Leads*"),
    "delete-webhook": ("subscribeId:{webhook}", ""),
    "delete-lead": ('leadId:{lead} reason:"Moved away"', ""),
}
"""By action, in an order that works: what is typed, and what the result shows."""


def lofty(house: House) -> LoftyStandIn:
    system = house.sandbox.systems["lofty"]
    assert isinstance(system, LoftyStandIn)
    return system


def ids_at(system: LoftyStandIn, lead: int) -> Json:
    """The newest thing of each kind there."""
    account = system.account
    kinds = {
        "note": account.notes,
        "task": account.tasks,
        "transaction": account.transactions,
        "synced": account.brokermint_transactions,
        "logged": account.logs,
        "call": account.calls,
        "team": account.teams,
        "webhook": account.webhooks,
    }
    zoe = account.member("zoe@harbourhomes.example") or {}
    return {
        "lead": lead,
        "email": zoe["email"],
        "member": zoe["memberUserId"],
        "pond": account.ponds[0]["id"],
        "rule": next((rule["id"] for rule in account.rules.get(1, ())), None),
        "office": account.offices[-1]["id"],
        **{kind: max(held, default=None) for kind, held in kinds.items()},
    }


def opened(house: House) -> str:
    return str((house.view(ADA) or {}).get("callback_id"))


async def run(house: House, user: str, name: str, words: str) -> Message | None:
    """Type it, send a form that nothing is missing from, and say yes where it asks."""
    told = await house.command(user, f"/leads do texas {name} {words}")
    if opened(house) == "action":
        assert not words, f"a form instead of a result: {house.says(user)}"
        assert await house.submit(user) == {}
    if ACTIONS[name].asks:
        assert opened(house) == "confirm", f"it does not ask: {house.says(user)}"
        assert await house.submit(user) == {}
    return told


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house()
    await made.connect("texas", provider="lofty", webhook=[])
    return made


def test_there_are_words_for_all_of_them() -> None:
    assert len(WORDS) == 80
    assert set(WORDS) == set(ACTIONS)


async def test_all_of_them_run_by_what_a_person_types(house: House) -> None:
    system = lofty(house)
    lead = await house.arrive("lofty", firstName="Kit", cannotCall=False, phones=["5125550100"], owner=None)
    system.called(lead["leadId"])
    system.mailed(lead["leadId"], "Homes you may like")
    system.texted(lead["leadId"])
    system.booked(lead["leadId"], house.sandbox.clock.now(), "Showing of the mill")
    system.account.brokermint["bm-17"] = lead["leadId"]
    wrong = []
    for name, (typed, shows) in WORDS.items():
        system.account.brokermint_transactions |= set(system.account.transactions)  # linked by hand, in Lofty
        action, words = ACTIONS[name], typed.format(**ids_at(system, lead["leadId"]))
        before = len(system.requests)
        try:
            told = await run(house, ADA, name, words)
        except AssertionError as error:
            wrong.append((name, str(error)))
            continue
        said = f"{shown(told) if told else ''}\n{house.says(ADA)}"
        path = action.path.format(**dict(word.split(":", 1) for word in shlex.split(words)))
        asked = [(method, query.partition("?")[0]) for method, query in system.requests[before:]]
        if (action.method, path) not in asked:
            wrong.append((name, f"{action.method} {path} was not asked for: {asked} {said}"))
        elif asked.count((action.method, path)) > 1 and action.method != "GET":
            wrong.append((name, f"asked for more than once: {asked}"))
        elif ":warning:" in said or shows not in said:
            wrong.append((name, f"{shows!r} is not in {said}"))
        elif action.effect is not Effect.READ and "done in Lofty" not in said:
            wrong.append((name, f"it does not say that it is done: {said}"))
        await house.slack.modals.close(ADA, all_views=True)
    assert not wrong, "\n\n".join(f"{name}: {why}" for name, why in wrong)
    assert system.refused == []
    assert lead["leadId"] not in [one["leadId"] for one in system.leads]
    account = system.account
    assert (account.tasks, account.logs, account.teams, account.webhooks) == ({}, {}, {}, {})
    assert account.company["name"] == "Lone Star Homes"
    assert account.offices[-1]["name"] == "Round Rock North"


# ------------------------------------------------------------------------------------------------ whose they are

HIDDEN = {
    *("delete-lead", "delete-note", "delete-task", "delete-logged-contact", "delete-webhook", "remove-broker-team"),
    *("edit-user", "add-agent", "add-account", "edit-account", "add-custom-field", "edit-routing-rule"),
    *("edit-default-routing-rule", "edit-company", "edit-office", "add-office", "add-broker-team", "add-webhook"),
    *("sync-brokermint-lead", "sync-brokermint-transaction", "get-oauth-token", "webhooks"),
}
"""What destroys, what writes accounts, organisation, broker, routing rules, webhooks and custom fields, and keys."""
WARNED = {"edit-transaction-address", "send-opportunity"}
"""What members may do, but not by accident."""


async def connection(house: House) -> str:
    """The id of the connection, as it stands on buttons."""
    await house.command(ADA, "/leads do")
    found = await house.slack.interactions.options(ADA, "action", "choose", "One lead")
    await house.slack.modals.close(ADA, all_views=True)
    return str(found["options"][0]["value"]).partition(":")[0]


def changes(house: House, since: int) -> list[tuple[str, str]]:
    """Calls that change something."""
    return [(method, path) for method, path in lofty(house).requests[since:] if method != "GET"]


def test_what_is_for_admins_is_what_the_rules_of_the_desk_say() -> None:
    assert {name for name, action in ACTIONS.items() if action.for_admins} == HIDDEN
    asking = {name for name, action in ACTIONS.items() if action.asks}
    assert asking == (HIDDEN - {"get-oauth-token", "webhooks"}) | WARNED


async def test_members_find_them_in_no_search(house: House) -> None:
    for user, finds in ((ADA, 80), (ZOE, 80 - len(HIDDEN))):
        await house.command(user, "/leads do")
        offered = set()
        for action in ACTIONS.values():
            found = await house.slack.interactions.options(user, "action", "choose", action.title)
            offered |= {o["value"].partition(":")[2] for o in found["options"]}
        assert len(offered) == finds
        assert (offered & HIDDEN == set()) is (user == ZOE)


async def test_a_search_finds_words_with_hyphens_however_they_are_written(house: House) -> None:
    await house.command(ADA, "/leads do")
    for words in ("e-mail", "email", "mail"):
        found = await house.slack.interactions.options(ADA, "action", "choose", f"log {words}")
        assert found["options"][0]["value"].endswith(":log-contact")


async def test_members_cannot_run_them_by_words_or_by_forged_buttons(house: House) -> None:
    await house.subscribe()
    lead = await house.arrive("lofty")
    card, team, before = house.cards()[-1], await connection(house), len(lofty(house).requests)
    ids = ids_at(lofty(house), lead["leadId"])
    number = shown(card).partition(" ")[0].removeprefix("LO-")
    for name in HIDDEN:
        told = await house.command(ZOE, f"/leads do texas {name} {WORDS[name][0].format(**ids)}")
        assert "Nothing that you may run" in f"{shown(told) if told else ''}{house.says(ZOE)}"
        await house.slack.modals.close(ZOE, all_views=True)
        for more in ("", f',"lead":{number}'):
            await house.forge(ZOE, card, "do", f'{{"v":1,"connection":"{team}","action":"{name}"{more}}}')
            assert house.view(ZOE) is None
            assert "out of date" in house.told(ZOE)[-1]
        await house.command(ZOE, "/leads do")
        view = house.slack.workspace.views.top(ZOE)
        assert view is not None
        await house.slack.push.interactive(
            {
                **common(house.slack, house.slack.workspace.people[ZOE]),
                "type": "block_actions",
                "container": {"type": "view", "view_id": view.id},
                "trigger_id": house.slack.workspace.tickets.trigger(ZOE, channel=card.channel, in_modal=True),
                "view": view.json(house.slack.workspace.team),
                "actions": [
                    {
                        "type": "external_select",
                        "action_id": "choose",
                        "block_id": "action",
                        "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": f"{team}:{name}"},
                        "action_ts": "1.2",
                    }
                ],
            }
        )
        await house.quiet()
        assert "out of date" in house.says(ZOE)
        await house.slack.modals.close(ZOE, all_views=True)
    assert changes(house, before) == []
    assert not [path for _, path in lofty(house).requests[before:] if "token-info" in path or "webhook" in path]
    assert lead["leadId"] in [one["leadId"] for one in lofty(house).leads]


async def test_a_form_of_an_admins_is_of_no_use_to_somebody_else(house: House) -> None:
    await house.subscribe()
    lead = await house.arrive("lofty")
    await house.command(ADA, f"/leads do texas delete-lead leadId:{lead['leadId']} reason:Spam")
    meta = (house.view(ADA) or {})["private_metadata"]
    draft = meta.partition('"draft":"')[2].partition('"')[0]
    assert draft
    before = len(lofty(house).requests)
    for do in ("again", "turn"):
        await house.forge(ZOE, house.cards()[-1], "form", f'{{"v":1,"do":"{do}","draft":"{draft}"}}')
        assert house.view(ZOE) is None
    for do in ("csv", "show", "next"):
        await house.forge(ZOE, house.cards()[-1], "result", f'{{"v":1,"do":"{do}","draft":"{draft}"}}')
        assert house.view(ZOE) is None
    assert changes(house, before) == []
    assert await house.submit(ADA) == {}
    assert [method for method, _ in changes(house, before)] == ["DELETE"]


async def test_what_destroys_asks_first_and_says_what_and_does_nothing_until_yes(house: House) -> None:
    await house.subscribe()
    lead = await house.arrive("lofty", firstName="Kit", lastName="Marlowe")
    before = len(lofty(house).requests)
    await house.command(ADA, f'/leads do texas delete-lead leadId:{lead["leadId"]} reason:"Moved away"')
    said = house.says(ADA)
    assert "Lofty moves the lead to its trash." in said
    assert "LO-1001 · Kit M." in said
    assert "Moved away" in said
    await house.slack.modals.close(ADA)
    assert changes(house, before) == []


async def test_tokens_are_masked_wherever_slack_shows_them(house: House) -> None:
    issued: list[str] = []
    issue = lofty(house).grants.issue

    def watched() -> tuple[str, str]:
        made = issue()
        issued.extend(made)
        return made

    lofty(house).grants.issue = watched  # type: ignore[method-assign]
    await house.command(ADA, "/leads do texas get-oauth-token")
    assert "•••• (secret)" in house.says(ADA)
    assert "Token ends" in house.says(ADA)
    await house.press_in_view(ADA, "result-file")
    (file,) = [m for m in house.dms(ADA) if m.files]
    stored: Any = house.slack.workspace.files.get(file.files[0]["id"])
    sent = f"{house.slack.calls}{stored.content.decode('utf-8-sig')}"
    assert "•••• (secret)" in stored.content.decode("utf-8-sig")
    assert len(issued) == 4  # the file asks again
    for token in issued:
        assert token not in sent


@pytest.mark.parametrize(("user", "owner", "sees"), [(ADA, MAX, True), (ZOE, ZOE, True), (ZOE, MAX, False)])
async def test_a_link_that_signs_in_as_the_lead_is_for_its_owner_and_admins_and_for_them_alone(
    house: House, user: str, owner: str, sees: bool
) -> None:
    await house.subscribe()
    lead = await house.arrive("lofty", firstName="Kit")
    await house.press(owner, house.cards()[-1], "claim")
    words = f"leadId:{lead['leadId']} loftyWebsiteURL:https://homes.example.com/"
    told = await house.command(user, f"/leads do texas login-link {words}")
    said = f"{shown(told) if told else ''}{house.says(user)}"
    assert ("https://homes.example.com/" in said) is sees
    for channel in (LEADS, GENERAL):
        for other in {ADA, MAX, ZOE} - {user}:
            assert not [m for m in house.messages(channel, other) if "homes.example.com" in shown(m)]
