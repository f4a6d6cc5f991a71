"""No pattern of ours takes long over any text a form takes, however it was made (T31)."""

import importlib
import pkgutil
import re
import time

APPS = ("portal", "accounts", "claims", "messaging", "tariffs")
LONGEST = 4_000  # characters of the longest field, a message
WORST = 0.5  # seconds of processor; what grows faster than the square of the length takes minutes
TEXTS = ("a", "0", " ", "-", "é", "@", ".", "a-", "0 ", "a.", "AA-1", "\n", "\\", "<a ", "0,", "a@")


def patterns() -> dict[str, "re.Pattern[str]"]:
    found = {}
    for app in APPS:
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".migrations" in module.name or module.name in {"portal.bucket", "portal.child"}:
                continue
            if module.name.startswith(("portal.benchmark.", "claims.inspection.child")):
                continue
            values = vars(importlib.import_module(module.name)).values()
            found |= {value.pattern: value for value in values if isinstance(value, re.Pattern)}
    return {pattern: value for pattern, value in found.items() if isinstance(pattern, str)}


def test_every_pattern_is_quick_over_the_longest_text():
    known = patterns()
    slow = []
    for pattern in known.values():
        for text in TEXTS:
            hostile = (text * LONGEST)[:LONGEST] + "\x00"
            for act in (pattern.search, pattern.fullmatch):
                began = time.process_time()
                act(hostile)
                if (took := time.process_time() - began) > WORST:
                    slow.append((pattern.pattern, text, round(took, 2)))

    assert len(known) > 20
    assert slow == []
