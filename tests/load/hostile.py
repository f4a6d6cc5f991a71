"""Files broken in a thousand ways, each through the child process that judges deposits (T18, T20, T22).

    python -m tests.load.hostile [--fichiers 3000] [--dossier FOLDER] [--graine 1]

The samples of the tests, and the files of a folder of yours, are cut, flipped, glued together, given each other's
heads and repeated. It ends with 0 when each had a verdict, none killed more than its child, and no clean copy can do
anything by itself: no script, no action, no attachment but an invoice, no picture that does not open.
"""

import argparse
import io
import random
import statistics
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
from PIL import Image

from claims.inspection.runner import asked
from tests import samples

ACTIVE = (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/AA ", b"/RichMedia", b"/XFA", b"/SubmitForm")
LARGEST = 3_000_000  # bytes of a file of yours


def spoil(content: bytes, other: bytes, luck: random.Random) -> bytes:
    """One of seven accidents, or two."""
    place = luck.randrange(len(content) + 1)
    kind = luck.randrange(7)
    if kind == 0:
        spoilt = content[:place]
    elif kind == 1:  # a bit in a thousand bytes, one at least
        changed = bytearray(content)
        for _ in range(1 + len(content) // 1000):
            changed[luck.randrange(len(changed))] ^= 1 << luck.randrange(8)
        spoilt = bytes(changed)
    elif kind == 2:
        spoilt = content + other
    elif kind == 3:
        spoilt = other[:32] + content[32:]
    elif kind == 4:
        spoilt = content[:place] + other[: luck.randrange(len(other) + 1)] + content[place:]
    elif kind == 5:
        spoilt = content[:place] + content[place : place + 300] * luck.randint(2, 200) + content[place:]
    else:
        spoilt = content[:place] + bytes(luck.randint(1, 4000)) + content[place + luck.randint(0, 4000) :]
    return spoil(spoilt, other, luck) if spoilt and luck.random() < 0.2 else spoilt


def judge(content: bytes) -> tuple[str, float]:
    """The verdict, or what is wrong with it; seconds."""
    began = time.monotonic()
    with asked("examine", content) as answer:
        took = time.monotonic() - began
        if not answer.ok:
            return "enfant arrêté", took
        if answer.found.get("refusal"):
            return str(answer.found["refusal"]), took
        path = answer.output("clean")
        return (harm(path.read_bytes()) if path else "FAUTE sans copie") or "accepté", took


def harm(clean: bytes) -> str:
    """What a clean copy must not be."""
    try:
        if not clean.startswith(b"%PDF"):
            Image.open(io.BytesIO(clean)).load()
            return ""
        with pikepdf.open(io.BytesIO(clean)) as copy:
            plain = b"".join(one.unparse(resolved=True) for one in copy.objects if isinstance(one, pikepdf.Object))
            found = [name.decode() for name in ACTIVE if name in plain + b" "]
            return f"FAUTE {found}" if found or set(copy.attachments) - {"factur-x.xml"} else ""
    except (OSError, ValueError, pikepdf.PdfError) as problem:
        return f"FAUTE {type(problem).__name__}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fichiers", type=int, default=3000)
    parser.add_argument("--dossier", type=Path)
    parser.add_argument("--graine", type=int, default=1)
    options = parser.parse_args()
    bases = [*samples.GOOD.values(), *(content for content, _ in samples.REFUSED.values() if content)]
    if options.dossier:
        theirs = [path for path in sorted(options.dossier.rglob("*")) if path.is_file()]
        bases += [path.read_bytes() for path in theirs if 0 < path.stat().st_size <= LARGEST]
    luck = random.Random(options.graine)
    files = (spoil(luck.choice(bases), luck.choice(bases), luck) for _ in range(options.fichiers))
    verdicts: Counter[str] = Counter()
    times = []
    with ThreadPoolExecutor(2) as pool:
        for verdict, took in pool.map(judge, files):
            verdicts[verdict] += 1
            times.append(took)
    wrong = sum(count for verdict, count in verdicts.items() if verdict.startswith("FAUTE"))
    told = ", ".join(f"{verdict} : {count}" for verdict, count in verdicts.most_common())
    p99 = statistics.quantiles(times, n=100)[98] if len(times) > 1 else 0
    sys.stdout.write(f"{len(times)} fichiers ({told}), 99 % en moins de {p99:.1f} s, {wrong} fautes\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
