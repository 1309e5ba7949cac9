"""Two workspaces use one running product, with the same lead system and the same people's names, and see nothing of
each other."""

from __future__ import annotations

from bot.sandbox.messages import Message
from tests.conftest import ADA, LEADS, MAX, ZOE, House, action_ids, shown

Offices = tuple[House, House]


def everything(office: House) -> str:
    """All that stands in any conversation or window of a workspace."""
    workspace = office.slack.workspace
    messages = [m for channel in workspace.messages.values() for m in channel]
    return "\n".join(shown(m) for m in messages)


def card(office: House) -> Message:
    (one,) = office.cards()
    return one


async def test_both_have_the_bot_from_its_web_page(offices: Offices) -> None:
    first, second = offices
    assert {each.slack.installation.active for each in offices} == {True}
    assert first.slack.bot_token != second.slack.bot_token
    for office in offices:
        answer = await office.command(ADA, "/leads help")
        assert answer is not None
        assert "/leads connect" in shown(answer)


async def test_a_lead_of_the_same_system_is_each_ones_own(offices: Offices) -> None:
    first, second = offices
    for office in offices:
        await office.connect()
        await office.subscribe()
    await first.arrive(firstName="Sofia", lastName="Marsh")
    await first.press(ZOE, card(first), "claim")
    assert "Zoe Lind* has it" in shown(card(first))
    assert "Unclaimed" in shown(card(second))
    await second.press(MAX, card(second), "claim")
    assert "Max Alder* has it" in shown(card(second))
    assert "Zoe Lind* has it" in shown(card(first))
    assert "claim" not in action_ids(card(first)) | action_ids(card(second))
    for office, other in (offices, offices[::-1]):
        strange = set(other.slack.workspace.people) | set(other.slack.workspace.channels)
        strange -= set(office.slack.workspace.people) | set(office.slack.workspace.channels)
        assert not [each for each in strange if each in everything(office)]
    assert first.slack.refused == second.slack.refused == type(first.slack.refused)()


async def test_a_connection_of_one_is_unknown_in_the_other(offices: Offices) -> None:
    first, second = offices
    await first.connect("harbour-keys")
    await first.subscribe()
    await first.arrive(firstName="Sofia", lastName="Marsh")
    assert second.cards() == []
    for words in ("/leads list", "/leads status", "/leads show KP-1"):
        answer = await second.command(ADA, words)
        assert answer is None or ("Sofia" not in shown(answer) and "harbour-keys" not in shown(answer))
    assert "Sofia" not in everything(second)


async def test_taking_the_bot_out_of_one_leaves_the_other_alone(offices: Offices) -> None:
    first, second = offices
    for office in offices:
        await office.connect()
        await office.subscribe()
    await second.slack.people.uninstall()
    await second.quiet()
    cards = len(second.cards())
    await first.arrive(firstName="Sofia")
    assert "Sofia" in shown(first.cards()[-1])
    assert len(second.cards()) == cards
    assert list(second.slack.refused) == []  # no call with a dead token
    page = await first.sandbox.install(second.slack, second.here(ADA))
    assert "Leadbell is in Slack" in page
    await second.quiet()
    answer = await second.command(ADA, "/leads status", LEADS)
    assert answer is not None
    assert "north" in shown(answer)
