"""The sandbox's workspaces: who is there, and where they talk.

First names and channels are the same in all, and one person has the same name: whatever mixes them up shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.people import Channel, Enterprise, Person, Team
from bot.sandbox.workspace import SLACKBOT, Workspace


def _fill(made: Workspace, people: list[Person], channels: list[Channel]) -> Workspace:
    team = made.team
    app = [
        Person(team.bot_user_id, "leadbell", team.bot_name, is_bot=True),
        Person(SLACKBOT, "slackbot", "Slackbot", is_bot=False),
    ]
    for person in [*people, *app]:
        person.email = f"{person.name}@{team.email_domain}"
        made.people[person.id] = person
    for channel in channels:
        made.add_channel(channel)
    return made


def harbour_homes(now: Callable[[], datetime], team: Team | None = None) -> Workspace:
    """An admin, an approver, two members, an outside guest, four channels.

    With another ``team``, a workspace in which everything but that has the same ids.
    """
    made = Workspace(team or Team(), now)
    bot = made.team.bot_user_id
    everyone = ["U0ADA", "U0MAX", "U0ZOE", "U0SAM"]
    return _fill(
        made,
        [
            Person("U0ADA", "ada", "Ada Okafor", "Sales operations · admin", is_admin=True),
            Person("U0MAX", "max", "Max Winter", "Sales manager · approver"),
            Person("U0ZOE", "zoe", "Zoe Lind", "Sales · member", locale="fr-FR"),
            Person("U0SAM", "sam", "Sam Reyes", "Sales · member", tz="America/New_York", locale="en-US"),
            Person("U0GUEST", "gus", "Gus Guest", "Partner · guest", is_restricted=True),
        ],
        [
            Channel("C0LEADS", "leads", "Every new lead", [*everyone, bot]),
            Channel("C0NORTH", "north-team", "The northern branches", [*everyone, bot]),
            Channel(
                "C0PARTNERS", "partners", "Shared with agents outside", [*everyone, "U0GUEST", bot], is_ext_shared=True
            ),
            Channel("C0GENERAL", "general", "Company-wide", list(everyone), is_general=True),
        ],
    )


def alder_finch(now: Callable[[], datetime]) -> Workspace:
    """A second company: an admin, a manager, two members, three channels."""
    team = Team(
        id="T0ALDER",
        name="Alder & Finch",
        domain="alderfinch",
        email_domain="alderfinch.example",
        bot_id="B0ALDER",
        bot_user_id="U1LEADBELL",
    )
    return office(team, "1", now)


def northern_group(now: Callable[[], datetime]) -> tuple[Enterprise, Workspace, Workspace]:
    """An organisation of Enterprise Grid with two workspaces, of the same people's names; the app has one bot user."""
    enterprise = Enterprise("E0GROUP", "Northern Group")
    offices = (
        Team("T0YORK", "York office", "york", bot_id="B0GROUP", bot_user_id="U0GROUPBELL", email_domain="york.example"),
        Team("T0HULL", "Hull office", "hull", bot_id="B0GROUP", bot_user_id="U0GROUPBELL", email_domain="hull.example"),
    )
    york, hull = (office(team, digit, now) for digit, team in zip("23", offices, strict=True))
    return enterprise, york, hull


def office(team: Team, digit: str, now: Callable[[], datetime]) -> Workspace:
    """An admin, a manager, two members, three channels, in a workspace whose ids hold ``digit``: UxADA, CxLEADS."""
    everyone = [f"U{digit}ADA", f"U{digit}MAX", f"U{digit}ZOE", f"U{digit}SAM"]
    with_bot = [*everyone, team.bot_user_id]
    return _fill(
        Workspace(team, now),
        [
            Person(everyone[0], "ada", "Ada Finch", "Office manager · admin", is_admin=True),
            Person(everyone[1], "max", "Max Alder", "Lettings manager · approver"),
            Person(everyone[2], "zoe", "Zoe Lind", "Lettings · member"),
            Person(everyone[3], "sam", "Sam Osei", "Lettings · member"),
        ],
        [
            Channel(f"C{digit}LEADS", "leads", "New enquiries", list(with_bot)),
            Channel(f"C{digit}NORTH", "north-team", "North of the river", list(with_bot)),
            Channel(f"C{digit}GENERAL", "general", "Everybody", list(everyone), is_general=True),
        ],
    )
