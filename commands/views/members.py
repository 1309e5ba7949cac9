"""The members of the lead systems, and who they are in Slack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commands.ids import Do, Form
from commands.verb import Block, Say, Value, View
from commands.views import sentences
from commands.views.blocks import LABEL, actions, button, clean, context, fitting, modal, plain, safe, section
from storage.records import Connection, Member

PAGE = 40
"""Members a modal: Slack shows up to 100 blocks, and somebody has to read them."""
LISTED = 60
PREFIX = "member-"


@dataclass(frozen=True, slots=True)
class Team:
    """One connection's members."""

    connection: Connection
    system: str
    members: Sequence[Member]
    trouble: str | None = None


def listed(teams: Sequence[Team], names: Mapping[str, str]) -> Say:
    """Each connection with its members, and a button to correct them."""
    items: list[list[Block]] = []
    for team in teams:
        matched = sum(m.person is not None for m in team.members)
        head = section(sentences.members_of(team.connection.name, team.system, len(team.members), matched))
        if not team.members:
            items.append([head, context(sentences.members_unlearned(team.trouble))])
            continue
        shown = team.members[:LISTED]
        blocks = [head]
        blocks += [
            section("\n".join(_one(m, names) for m in shown[start : start + 15])) for start in range(0, len(shown), 15)
        ]
        if len(team.members) > LISTED:
            blocks.append(context(f"and {len(team.members) - LISTED:,} more; *Correct…* shows all of them"))
        blocks.append(actions(button("Correct…", Do.MEMBERS, Value(connection=team.connection.connection, page=0))))
        items.append(blocks)
    return Say("Members of the lead systems", fitting([], items, [])[0])


def _one(member: Member, names: Mapping[str, str]) -> str:
    name = safe(member.name, 60)
    if member.person is None:
        return f":grey_question: {name}: nobody here{' (set by hand)' if member.by_hand else ''}"
    how = "set by hand" if member.by_hand else "same e-mail address"
    return f":bust_in_silhouette: {name}: *{safe(names.get(member.person, 'somebody'), 60)}* ({how})"


def correct(team: Team, number: int) -> View:
    """A page (from 0) of members, each with a select of people."""
    pages = max(1, -(-len(team.members) // PAGE))
    number = min(number, pages - 1)
    blocks: list[Block] = [section(sentences.correct_members())]
    blocks += [_ask(m) for m in team.members[number * PAGE : (number + 1) * PAGE]]
    turns = [
        button(label, Do.MEMBERS, Value(connection=team.connection.connection, page=page))
        for label, page in (("Previous", number - 1), ("Next", number + 1))
        if 0 <= page < pages
    ]
    if turns:
        blocks += [context(f"Page {number + 1} of {pages}. {sentences.save_first()}")]
        blocks += [actions(turn) for turn in turns]  # an action id may stand once in a block
    meta = Value(connection=team.connection.connection, page=number)
    return modal(f"Members, {clean(team.connection.name, 14)}", blocks, callback=Form.MEMBERS, submit="Save", meta=meta)


def _ask(member: Member) -> Block:
    element: Block = {"type": "users_select", "action_id": Do.VALUE.value}
    if member.person is not None:
        element["initial_user"] = member.person
    label = f"{member.name} ({member.email})" if member.email else member.name
    return {
        "type": "input",
        "block_id": f"{PREFIX}{member.member}",
        "label": plain(label, min(LABEL, 150)),
        "element": element,
        "optional": True,
    }


def saved(number: int) -> View:
    """It is done."""
    return modal("Members", [section(sentences.members_saved(number))], callback=Form.SHOW, close="Done")
