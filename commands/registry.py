"""Everything that can be asked for, in one place: verbs, buttons, modals, shortcuts, and who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from commands import (
    act,
    add_to_lead,
    approve,
    claim,
    close,
    connect,
    contact,
    digest,
    intake,
    leads,
    members,
    running,
    stage,
    status,
    stuck,
    subscribe,
    together,
    work,
)
from commands.forms.words import nearest
from commands.ids import Do, Form, Shortcut
from commands.verb import Answer, Block, Desk, Done, Handler, Request, Role, Say, Verb
from commands.views import sentences

LONGEST_COMMAND = 3000
Search = Callable[[Desk, Request, str], Awaitable[list[Block]]]
"""Given the desk, who typed what, and the block that it was typed in: the options."""

_FILTERS = (
    "Words side by side all apply; `or` stands between groups, `not` before a word.\n"
    "`created:7d` (also `30m`, `24h`, `2w`, `2026-11-23`, `2026-11-01..2026-11-07`) · `site:zoopla,rightmove` · "
    "`eligibility:passed` · `scheme:shared-ownership` · `enquiry:new-build` · `development:riverside` · `stage:new` · "
    "`connection:north` · `owner:me` · `mine` · `unclaimed` · "
    "`history` (there before the connection was made) · any other word is looked for in the leads.\n"
    "Example: `/leads list unclaimed created:7d site:zoopla or mine not eligibility:failed`"
)


async def _help(desk: Desk, request: Request) -> Answer:
    return status.help_for(VERBS, request, desk.providers.values())


async def _noop(desk: Desk, request: Request) -> Answer:
    """A link button: Slack opens the link; the press still has to be acknowledged."""
    return Done()


VERBS: tuple[Verb, ...] = (
    Verb(
        "list",
        "list [words]",
        "Leads that fit, newest first, only for you.",
        leads.list_leads,
        help=_FILTERS,
        reads=True,
    ),
    Verb(
        "show", "show KP-1042", "All that you may see of one lead.", leads.show_words, aliases=("details",), reads=True
    ),
    Verb("claim", "claim KP-1042", "Take a lead.", claim.claim_words),
    Verb("new", "new [connection]", "Create a lead in a lead system.", intake.new),
    Verb(
        "import",
        "import",
        "Create leads from a CSV file.",
        intake.import_leads,
        help="Or share the file in a channel and choose *Import leads* from its menu. A repeat adds nothing twice.",
    ),
    Verb(
        "do",
        "do [connection] [action] [name:value …]",
        "Anything that a lead system can do: search it, or say it in words.",
        act.do_words,
        help=(
            "Alone it opens the search over all actions. Example: "
            '`/leads do west add-task lead:LO-1017 type:Call deadline:"tomorrow 9am"`; what is missing is asked for.\n'
            "Nested names are joined by dots, rows are numbered: `inquiry.locations.1.city:Austin`."
        ),
    ),
    Verb(
        "digest",
        "digest [now|schedule|list]",
        "What is new and what waits; now, or at a local time.",
        digest.digest_words,
        reads=True,
    ),
    Verb("status", "status", "Are the lead systems and the alerts working?", status.status, reads=True),
    Verb(
        "connections",
        "connections",
        "The connected lead systems and their health.",
        connect.list_connections,
        reads=True,
    ),
    Verb(
        "subscriptions",
        "subscriptions",
        "Which channels are told of which leads.",
        subscribe.list_subscriptions,
        reads=True,
    ),
    Verb("connect", "connect [system]", "Connect a lead system.", connect.connect, Role.ADMIN),
    Verb(
        "subscribe",
        "subscribe",
        "Tell a channel of new leads.",
        subscribe.subscribe,
        Role.ADMIN,
        help="The filter takes the words of `/leads help list`.",
    ),
    Verb(
        "members",
        "members",
        "Who the lead systems' members are in Slack.",
        members.list_members,
        Role.ADMIN,
        help="They are matched by e-mail address; *Correct…* sets the rest by hand.",
        reads=True,
    ),
    Verb(
        "privacy",
        "privacy",
        "Whether sensitive fields may be typed, and documents sent, in Slack.",
        intake.privacy,
        Role.ADMIN,
    ),
    Verb("help", "help [word]", "This list, or one word explained.", _help, reads=True),
)


def _verb(word: str) -> Verb | None:
    return next((v for v in VERBS if word == v.name or word in v.aliases), None)


def only_reads(text: str) -> bool:
    """Whether ``/leads <text>`` changes nothing."""
    verb = _verb(text.strip().partition(" ")[0].casefold() or "help")
    return verb is None or verb.reads


async def command(desk: Desk, request: Request) -> Answer:
    """``/leads …``: find the verb, look whether this person may, and let it decide."""
    text = request.text.strip()
    if len(text) > LONGEST_COMMAND:
        return Say(sentences.too_long(len(text), LONGEST_COMMAND))
    word, _, rest = text.partition(" ")
    verb = _verb(word.casefold() or "help")
    if verb is None:
        return Say(sentences.unknown_verb(word, nearest(word, [v.name for v in VERBS])))
    if verb.role is Role.ADMIN and not request.person.is_admin:
        return Say(sentences.admins_only(verb.name))
    asked = Request(request.workspace, request.person, request.channel, rest.strip())
    return await verb.handler(desk, asked)


async def _chosen(desk: Desk, request: Request) -> Answer:
    """A button that chooses what a form is for."""
    if request.value.do == "digest":
        return await digest.plan(desk, request)
    if not request.person.is_admin:
        return Say(sentences.admins_only("connect"))
    return await connect.connect(desk, request)


BUTTONS: Mapping[Do, tuple[Role, Handler]] = {
    Do.CLAIM: (Role.MEMBER, claim.claim),
    Do.ASSIGN: (Role.MEMBER, claim.assign),
    Do.DETAILS: (Role.MEMBER, leads.details),
    Do.MORE: (Role.MEMBER, work.more),
    Do.RELEASE: (Role.MEMBER, claim.release),
    Do.CONTACTED: (Role.MEMBER, work.contacted),
    Do.NOTE: (Role.MEMBER, work.note),
    Do.APPROVE: (Role.MEMBER, approve.approve),
    Do.REJECT: (Role.MEMBER, approve.reject),
    Do.TOGETHER: (Role.MEMBER, together.take_together),
    Do.APART: (Role.MEMBER, together.keep_apart),
    Do.PAGE: (Role.MEMBER, leads.list_leads),
    Do.NEWER: (Role.MEMBER, leads.list_leads),
    Do.LIST: (Role.MEMBER, leads.list_leads),
    Do.RECONNECT: (Role.ADMIN, connect.reconnect),
    Do.DISCONNECT: (Role.ADMIN, connect.disconnect),
    Do.PROVIDER: (Role.MEMBER, _chosen),
    Do.UNSUBSCRIBE: (Role.ADMIN, subscribe.unsubscribe),
    Do.UNDIGEST: (Role.MEMBER, digest.unplan),
    Do.SENSITIVE: (Role.ADMIN, intake.allow_sensitive),
    Do.DOCUMENTS: (Role.ADMIN, intake.allow_documents),
    Do.NEW: (Role.MEMBER, intake.new),
    Do.RETRY: (Role.MEMBER, stuck.again),
    Do.ARRIVED: (Role.MEMBER, stuck.arrived),
    Do.MEMBERS: (Role.ADMIN, members.correct),
    Do.DO: (Role.MEMBER, act.open_form),
    Do.CHOOSE: (Role.MEMBER, act.chosen),
    Do.FORM: (Role.MEMBER, act.form_button),
    Do.FORM_BACK: (Role.MEMBER, act.form_button),
    Do.RESULT: (Role.MEMBER, running.result_button),
    Do.RESULT_BACK: (Role.MEMBER, running.result_button),
    Do.RESULT_FILE: (Role.MEMBER, running.result_button),
    Do.OPEN_LINK: (Role.MEMBER, _noop),
    Do.SUBSCRIBE: (Role.ADMIN, subscribe.subscribe),
    Do.VALUE: (Role.MEMBER, _noop),
}

FORMS: Mapping[Form, tuple[Role, Handler]] = {
    Form.CONNECT: (Role.ADMIN, connect.connected),
    Form.DISCONNECT: (Role.ADMIN, connect.disconnected),
    Form.SUBSCRIBE: (Role.ADMIN, subscribe.subscribed),
    Form.ASSIGN: (Role.MEMBER, claim.assigned),
    Form.REJECT: (Role.MEMBER, approve.rejected),
    Form.NOTE: (Role.MEMBER, work.noted),
    Form.CONTACT: (Role.MEMBER, contact.contacted),
    Form.STAGE: (Role.MEMBER, stage.chosen),
    Form.CLOSE: (Role.MEMBER, close.chosen),
    Form.MEMBERS: (Role.ADMIN, members.corrected),
    Form.NEW: (Role.MEMBER, intake.created),
    Form.IMPORT: (Role.MEMBER, intake.checked),
    Form.IMPORT_SEND: (Role.MEMBER, intake.send),
    Form.DIGEST: (Role.MEMBER, digest.planned),
    Form.ACTION: (Role.MEMBER, act.submitted),
    Form.CONFIRM: (Role.MEMBER, running.confirmed),
    Form.SHOW: (Role.MEMBER, _noop),
    Form.SAID: (Role.MEMBER, _noop),
    Form.HOME: (Role.MEMBER, _noop),
    Form.ADD_TO_LEAD: (Role.MEMBER, add_to_lead.added),
}

SHORTCUTS: Mapping[Shortcut, tuple[Role, Handler]] = {
    Shortcut.IMPORT_FILE: (Role.MEMBER, intake.import_leads),
    Shortcut.NEW_LEAD: (Role.MEMBER, intake.new),
    Shortcut.ADD_TO_LEAD: (Role.MEMBER, add_to_lead.add),
}


async def suggestions(desk: Desk, request: Request, place: str) -> list[Block]:
    """What a form's select offers for what was typed into it: an action's form carries a draft."""
    if request.value.draft is None:
        return await add_to_lead.suggestions(desk, request, place)
    return await act.suggestions(desk, request, place)


OPTIONS: Mapping[Do, Search] = {Do.CHOOSE: act.options, Do.VALUE: suggestions}
