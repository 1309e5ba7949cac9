"""``make bench``: every benchmark, one table. ``make bench ARGS="ingest --quick"`` runs one of them, smaller.

Targets that are ratios are safe within one run; absolute figures depend on the machine and what else it does.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable

from tests.benchmarks import dispatch, forms, ingest, neighbours, repoll, startup
from tests.benchmarks.figures import Figure

ALL: dict[str, tuple[Callable[[], list[Figure]], Callable[[], list[Figure]]]] = {
    "ingest": (ingest.measure, lambda: ingest.measure(10_000, 2)),
    "repoll": (repoll.measure, lambda: repoll.measure(1_000, 50_000, 20)),
    "dispatch": (dispatch.measure, lambda: dispatch.measure(20_000, 1)),
    "forms": (forms.measure, lambda: forms.measure(20)),
    "neighbours": (neighbours.measure, lambda: neighbours.measure(neighbours.QUICK)),
    "startup": (startup.measure, lambda: startup.measure(2, 5)),
}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*ALL, []], help="which; all unless told")
    parser.add_argument("--quick", action="store_true", help="smaller: for trying out, not for figures")
    asked = parser.parse_args()
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load}\n", flush=True)
    for name in asked.names or ALL:
        full, quick = ALL[name]
        print(f"{name}", flush=True)
        for figure in quick() if asked.quick else full():
            print(f"  {figure}", flush=True)
        print()


if __name__ == "__main__":
    main()
