"""Start a program that cannot outlive the supervisor, as another account where one is asked for.

Run as a script in a process of its own, so that nothing unsafe happens between fork and exec:
`python -I child.py '{"parent": 12, "signal": 15, "account": "postgres", "paths": […]}' program argument…`.
"""

import ctypes
import json
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from typing import Any

REFUSED = 78  # exit code: the account cannot reach its files (sysexits.h, EX_CONFIG)
PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 4  # capabilities survive the change of account, and access(), which initdb asks, heeds them
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2

libc = ctypes.CDLL(None, use_errno=True)


def keep(mask: int) -> bool:
    """Make the capabilities of `mask`, and no other, survive the exec; False when the kernel refuses."""
    if sys.platform != "linux":
        return not mask
    header, sets = (
        (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0),
        (ctypes.c_uint32 * 6)(),
    )
    libc.capget(header, sets)  # effective, permitted, inheritable; then the same for the high 32 bits
    sets[0] = sets[2] = mask
    sets[3] = sets[5] = 0
    if libc.capset(header, sets) != 0:
        return False
    wanted = [bit for bit in range(32) if mask >> bit & 1]
    return all(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0) == 0 for bit in wanted)


def reaches(paths: Sequence[str]) -> bool:
    return all(os.access(path, os.R_OK | os.X_OK) for path in paths)


def become(account: str, paths: Sequence[str]) -> None:
    """Leave root for `account`; keep one file capability only if a folder above `paths` is closed to it."""
    entry = pwd.getpwnam(account)
    if sys.platform == "linux":
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.initgroups(account, entry.pw_gid)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    for mask in (0, 1 << CAP_DAC_READ_SEARCH, 1 << CAP_DAC_OVERRIDE):
        if keep(mask) and reaches(paths):
            return
    sys.stderr.write(
        f"Le compte « {account} » ne peut pas atteindre {paths[0]} : un dossier parent lui est fermé. "
        "Placez le projet et PORTAL_DATA dans un dossier traversable, ou lancez le portail sans être root.\n"
    )
    sys.exit(REFUSED)


def die_with_parent(parent: int, number: int) -> None:
    """Set last: a change of account clears it; the parent may have died before it was set."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main(order: dict[str, Any], command: list[str]) -> None:
    os.setsid()
    os.umask(0o077)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if order["account"]:
        become(order["account"], order["paths"])
    die_with_parent(order["parent"], order["signal"])
    os.execv(command[0], command)  # noqa: S606 -- replacing this process by the program is the point


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
