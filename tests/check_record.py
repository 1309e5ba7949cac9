"""Check a recording of calls to Slack: ``python -m tests.check_record FILE.jsonl``.

The file holds a JSON object ``{"method", "payload"}`` a line, as ``leadbell demo --record`` and a test run with
``LEADBELL_RECORD`` write it. Every message and view is held to Slack's published types once more, apart from the
run that made it. Prints a line a fault and a closing line; exits 1 where there was a fault, and 2 where nothing was
checked.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.sandbox.strict import call_faults

CHECKED = ("chat.", "views.", "files.completeUploadExternal", "response_url", "view_response")
"""Methods whose payload carries blocks; the others are counted only."""


def decoded(value: Any) -> Any:
    """Blocks and views may travel as JSON text; both forms are checked alike."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def check(lines: Iterable[str]) -> tuple[list[str], Counter[str], int]:
    """The faults, the checked calls by method, and how many calls were passed over."""
    faults: list[str] = []
    checked: Counter[str] = Counter()
    passed_over = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        call = json.loads(line)
        method = call["method"]
        if not method.startswith(CHECKED):
            passed_over += 1
            continue
        checked[method] += 1
        payload = {k: decoded(v) for k, v in (call.get("payload") or {}).items() if v is not None}
        faults += [f"line {number}: {method}: {fault}" for fault in call_faults(method, payload)]
    return faults, checked, passed_over


def main(path: Path) -> int:
    """The exit code."""
    if not path.exists():
        print(f"{path} does not exist: nothing was recorded.")
        return 2
    with path.open(encoding="utf-8") as file:
        faults, checked, passed_over = check(file)
    print("\n".join(faults), end="\n" if faults else "")
    by_method = ", ".join(f"{n} {method}" for method, n in checked.most_common())
    print(f"{checked.total()} calls to Slack checked ({by_method}), {len(faults)} faults; {passed_over} without blocks")
    return 1 if faults else 0 if checked else 2


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
