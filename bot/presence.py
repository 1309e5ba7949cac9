"""Whether another process of this machine has ended, so that nobody has to wait until it has been silent for long."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def this_process() -> str:
    """Where this process runs, in words that :func:`has_ended` understands."""
    return " ".join((_place(), str(os.getpid()), _began(os.getpid()) or "-"))


def has_ended(process: str) -> bool:
    """Whether a process of this machine is no more. ``False`` where that cannot be told from here."""
    place, _, rest = process.rpartition(" ")[0].rpartition(" ")
    if place != _place() or not place or not rest.isdigit():
        return False
    began = process.rpartition(" ")[2]
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _began(int(rest)) not in (began, None)


def _place() -> str:
    """This machine since it was started, and its view of processes (containers have their own); empty: not known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{platform.node()}/{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _began(pid: int) -> str | None:
    """When a process was started; "ended" for one that only waits to be collected, ``None`` where it is not known
    (proc(5), /proc/pid/stat: the fields after the name in brackets)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    return "ended" if fields[0] in ("Z", "X") else fields[19]
