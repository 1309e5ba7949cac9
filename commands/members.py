"""``/leads members``: who the lead systems' members are in Slack."""

from __future__ import annotations

from commands import elsewhere
from commands import sight as seeing
from commands.forms.read import typed
from commands.verb import Answer, Desk, Done, Faults, Request, Say, Show
from commands.views import members as views
from commands.views import sentences
from commands.views.members import PREFIX, Team
from providers.provider import Keeps
from storage import audit, connections, known, members
from storage.choices import once
from storage.database import Tx
from storage.records import Connection


async def list_members(desk: Desk, request: Request) -> Answer:
    """Each connection that keeps an owner, with its members."""

    def look(tx: Tx) -> tuple[list[Team], dict[str, str]]:
        teams = [_team(tx, desk, c) for c in connections.every(tx, request.workspace) if _keeps(desk, c)]
        people = [m.person for team in teams for m in team.members]
        return teams, seeing.names(tx, request.workspace, people)

    teams, names = await desk.database.read(look)
    if not teams:
        return Say(sentences.no_members_kept())
    for team in teams:
        if not team.members:
            desk.learn(request.workspace, team.connection.connection, members.KIND)
    return views.listed(teams, names)


def _keeps(desk: Desk, connection: Connection) -> bool:
    return Keeps.OWNER in desk.providers[connection.provider].writes


def _team(tx: Tx, desk: Desk, held: Connection) -> Team:
    found = members.every(tx, held.workspace, held.connection)
    learned = known.kinds(tx, held.workspace, held.connection).get(members.KIND)
    return Team(held, desk.providers[held.provider].name, found, learned.trouble if learned else None)


async def correct(desk: Desk, request: Request) -> Answer:
    """*Correct…*, and the buttons that turn the pages."""

    def look(tx: Tx) -> Team | None:
        held = connections.get(tx, request.workspace, request.value.connection or "")
        return _team(tx, desk, held) if held and _keeps(desk, held) else None

    team = await desk.database.read(look)
    if team is None:
        return Say(sentences.connection_gone() if request.value.connection else sentences.stale())
    if not team.members:
        return Say(sentences.members_unlearned(team.trouble))
    return Show(views.correct(team, request.value.page or 0))


async def corrected(desk: Desk, request: Request) -> Answer:
    """The modal, sent. Who was chosen counts; a person who was taken out is nobody."""
    submitted = request.submitted
    if submitted is None or (connection_id := submitted.meta.connection) is None:
        return Say(sentences.stale())
    workspace, by, now = request.workspace, request.person.person, desk.now()
    before = await desk.database.read(lambda tx: elsewhere.persons(tx, workspace, connection_id))
    chosen = typed(submitted.state)
    wanted: dict[str, str | None] = {}
    faults: dict[str, str] = {}
    for block in submitted.state:
        member = block.removeprefix(PREFIX)
        person = chosen.get(block)
        if not block.startswith(PREFIX) or member not in before or before[member] == person:
            continue
        wanted[member] = person
        if person is not None:
            somebody = await desk.directory.person(workspace, person)
            if somebody.is_guest:
                faults[block] = sentences.guests_are_nobody()
            elif somebody.is_bot:
                wanted[member] = None
    if faults:
        return Faults(faults)

    def correct_members(tx: Tx) -> Answer:
        if not once(tx, workspace, f"view:{submitted.view_id}", now):
            return Done()
        if connections.get(tx, workspace, connection_id) is None:
            return Say(sentences.connection_gone())
        for member, person in wanted.items():
            members.set_by_hand(tx, workspace, connection_id, member, person, by=by)
            audit.note(tx, workspace, "member-set", actor=by, now=now, member=member, person=person)
        elsewhere.found_out(tx, desk, workspace, connection_id, before)
        return Show(views.saved(len(wanted)))

    answer = await desk.database.write(correct_members)
    desk.wake()
    return answer
