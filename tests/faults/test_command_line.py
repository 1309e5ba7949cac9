"""``leadbell call``, ``actions`` and ``demo`` as another process sees them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.strict import call_faults
from tests.faults.process import SECRET_KEY, TEAM, Street, bare_environment, free_port, prepare

WRONG = "0badc0de" * 8


async def leadbell(*words: str, cwd: Path, **settings: str) -> tuple[int, str, str]:
    """Run the command line in a process of its own: exit code, standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *words,
        cwd=cwd,
        env={**bare_environment(), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def call(street: Street, *words: str, key: str | None = None) -> tuple[int, str, str]:
    """``leadbell call kpro …`` with credentials from a file; the key must not show up in what is printed."""
    key = key or street.kpro.api_key
    file = street.folder / "credentials.json"
    file.write_text(json.dumps({"api_key": key}))
    url = street.environment["LEADBELL_KPRO_URL"]
    answer = await leadbell(
        "call", "kpro", *words, "--credentials", str(file), cwd=street.folder, LEADBELL_KPRO_URL=url
    )
    assert key not in answer[1] + answer[2]
    return answer


async def test_get_leads_prints_leads_without_their_sensitive_fields(street: Street) -> None:
    street.kpro.fill(5, 10)
    code, out, err = await call(street, "get-leads", "size=2", "sort=-createdAt", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert [lead["id"] for lead in answer["data"]] == [lead["id"] for lead in street.kpro.leads[:2:-1]]
    assert answer["pagination"]["total"] == 5
    assert {"dateOfBirth", "annualHouseholdIncome", "hasDisability"} & answer["data"][0].keys() == set()
    assert street.kpro.unknown_parameters == []


async def test_import_leads_sends_rows_of_a_file(street: Street) -> None:
    rows = [{"email": "sofia@example.com", "externalRef": "web-1", "bedrooms": [2, 3]}]
    (street.folder / "rows.json").write_text(json.dumps(rows))
    code, out, err = await call(street, "import-leads", f"data=@{street.folder}/rows.json", "--json")
    assert (code, json.loads(out), err) == (0, {"imported": 1}, "")
    assert [lead["externalRef"] for lead in street.kpro.leads] == ["web-1"]


async def test_a_refused_row_is_told_with_its_number_and_field(street: Street) -> None:
    rows = [{"email": "a@example.com"}, {"email": "b@example.com", "siteId": 999}]
    code, out, err = await call(street, "import-leads", f"data={json.dumps(rows)}")
    assert (code, out) == (1, "")
    assert err.startswith("KPro Marketing refuses this request.\nrow 2: siteId: ")
    assert street.kpro.leads == []


async def test_stored_credentials_are_used_by_workspace_and_connection(street: Street) -> None:
    prepare(street.database, key=street.kpro.api_key)
    street.kpro.fill(1, 1)
    settings = {name: street.environment[name] for name in ("LEADBELL_KPRO_URL", "LEADBELL_DATABASE")}
    words = ("call", "kpro", "get-leads", "--workspace", TEAM, "--connection")
    (code, out, err), (other, nothing, why) = await asyncio.gather(
        leadbell(*words, "north", cwd=street.folder, LEADBELL_SECRET_KEY=SECRET_KEY, **settings),
        leadbell(*words, "south", cwd=street.folder, LEADBELL_SECRET_KEY=SECRET_KEY, **settings),
    )
    assert (code, err) == (0, "")
    assert len(json.loads(out)["data"]) == 1
    assert (other, nothing) == (2, "")
    assert "no KPro Marketing connection called 'south'" in why
    assert street.kpro.api_key not in out + why
    assert SECRET_KEY not in out + why


async def test_a_wrong_key_is_a_sentence_and_exit_code_1(street: Street) -> None:
    code, out, err = await call(street, "get-leads", key=WRONG)
    assert (code, out, err) == (1, "", "KPro Marketing refuses these credentials.\n")
    assert (await call(street, "get-leads"))[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["get-leeds"], "KPro Marketing has no action 'get-leeds'. Did you mean get-leads? See: leadbell actions.\n"),
        (["get-leads", "sise=3"], "There is no parameter 'sise'. Did you mean size?\n"),
        (["get-leads", "size"], "'size' is not of the form name=value.\n"),
        (["get-leads", "size=1001"], "size: "),
        (["get-leads", "createdAt.gte=yesterday"], "createdAt.gte: "),
        (["import-leads", "data=@nowhere.json"], "nowhere.json cannot be read (FileNotFoundError).\n"),
    ],
)
async def test_words_that_do_not_fit_are_named_with_the_nearest(
    words: list[str], sentence: str, street: Street
) -> None:
    code, out, err = await call(street, *words)
    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert street.kpro.requests == []


async def test_a_credentials_file_is_never_quoted(street: Street) -> None:
    file = street.folder / "credentials.json"
    file.write_text(json.dumps({"api_kee": WRONG}))
    code, out, err = await leadbell("call", "kpro", "get-leads", "--credentials", str(file), cwd=street.folder)
    assert (code, out) == (2, "")
    assert "JSON object with: api_key" in err
    assert WRONG not in err


async def test_actions_are_listed_with_their_parameters_as_json_schema(tmp_path: Path) -> None:
    code, out, err = await leadbell("actions", "--json", cwd=tmp_path)
    assert (code, err) == (0, "")
    listed = {(one["provider"], one["action"]): one for one in json.loads(out)}
    assert {("kpro", "get-leads"), ("kpro", "import-leads")} <= listed.keys()
    for one in listed.values():
        assert one.keys() == {"provider", "action", "title", "effect", "method", "path", "params"}
        assert one["params"]["type"] == "object"
    assert listed["kpro", "get-leads"]["params"]["properties"]["size"]["title"] == "Leads a page"
    assert (listed["kpro", "import-leads"]["effect"], listed["kpro", "import-leads"]["method"]) == ("write", "POST")


async def test_the_demo_ignores_production_and_records_only_what_slack_takes(tmp_path: Path) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}/api/"
    (tmp_path / ".env").write_text("LEADBELL_DATABASE=production.sqlite3\nSLACK_BOT_TOKEN=xoxb-production\n")
    record = tmp_path / "calls.jsonl"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "demo", "--port", "0", "--fast", "--record", str(record)),
        cwd=tmp_path,
        env={**bare_environment(), "SLACK_BOT_TOKEN": "xoxb-production", "SLACK_API_URL": elsewhere},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        url = said.partition("open ")[2].partition(" ")[0].rstrip("/")
        async with aiohttp.ClientSession() as session:
            await use_the_sandbox(session, url)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    calls = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    assert {"oauth.v2.access", "views.open", "chat.postMessage"} <= {call["method"] for call in calls}
    assert all("client_secret" not in call["payload"] for call in calls)
    assert [fault for call in calls for fault in call_faults(call["method"], call["payload"])] == []
    assert not (tmp_path / "production.sqlite3").exists()


async def use_the_sandbox(session: aiohttp.ClientSession, url: str) -> None:
    """Connect and subscribe over the console's JSON API, and wait for a card."""

    async def post(path: str, **body: object) -> dict[str, object]:
        async with session.post(f"{url}/sandbox/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, object] = await answer.json()
            return found

    async with session.get(f"{url}/sandbox/state") as answer:
        state = await answer.json()
    assert {person["id"] for person in state["people"]} >= {"U0ADA", "U0MAX", "U0ZOE"}
    key = state["credentials"]["kpro"]["api_key"]
    await post("command", user="U0ADA", channel="C0LEADS", text="/leads connect kpro")

    async def opened(callback: str) -> dict[str, Any]:
        """The modal, as soon as it is open: this machine may be busy."""
        async with asyncio.timeout(20):
            while True:
                async with session.get(f"{url}/sandbox/view", params={"user": "U0ADA"}) as answer:
                    view: dict[str, Any] | None = await answer.json()
                if view and view.get("callback_id") == callback:
                    return view
                await asyncio.sleep(0.1)

    view = await opened("connect")
    ids = {b["block_id"]: b["element"]["action_id"] for b in view["blocks"] if "element" in b}
    values = {block: {ids[block]: value} for block, value in {"name": "north", "api_key": key}.items()}
    assert (await post("submit", user="U0ADA", values=values))["ok"]
    await post("command", user="U0ADA", channel="C0LEADS", text="/leads subscribe")
    await opened("subscribe")
    assert (await post("submit", user="U0ADA", values={}))["ok"]
    async with asyncio.timeout(30):
        while True:
            query = {"channel": "C0LEADS", "user": "U0ADA"}
            async with session.get(f"{url}/sandbox/messages", params=query) as answer:
                shown = json.dumps(await answer.json())
            if '"claim"' in shown:
                return
            await asyncio.sleep(0.1)
