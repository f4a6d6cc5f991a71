"""Where a page's processor time goes, by who spends it (the base of `manage.py mesure --taille 10k` must exist).

    python -m tests.load.profile [--page liste] [--fois 200] [--fonctions 15]

One process, no server, no other visitor; processor time of the web process only, so that what else runs on the
machine hardly matters. It prints milliseconds a page by library, then the functions that take the most themselves.
"""

import argparse
import cProfile
import json
import os
import pstats
import sys
import time
from collections import Counter

WHOSE = (
    ("django/template", "templates"),
    ("django/db", "ORM"),
    ("psycopg", "psycopg"),
    ("django/", "le reste de Django"),
    ("/accounts/", "portail : accounts"),
    ("/claims/", "portail : claims"),
    ("/messaging/", "portail : messaging"),
    ("/portal/", "portail : portal"),
    ("/lib/python", "bibliothèques"),
)


def whose(file: str) -> str:
    return next((name for part, name in WHOSE if part in file), "Python")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--page", default="liste")
    parser.add_argument("--fois", type=int, default=200)
    parser.add_argument("--fonctions", type=int, default=12)
    parser.add_argument("--dedans", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    if options.dedans:
        run(options)
        return
    from portal.benchmark.base import Bench

    sys.stdout.write(Bench("10k").step("profil", "-m", "tests.load.profile", "--dedans", *sys.argv[1:]))


def run(options: argparse.Namespace) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from portal.benchmark.fill import MEDIAN
    from portal.benchmark.pages import pages_of

    user = get_user_model().objects.get(email=MEDIAN)
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    path = pages_of(user.pk)[options.page]
    for _ in range(20):
        assert client.get(path).status_code == 200
    began = time.process_time()
    for _ in range(options.fois):
        client.get(path)
    bare = (time.process_time() - began) * 1000 / options.fois
    profiler = cProfile.Profile(time.process_time)
    profiler.enable()
    for _ in range(options.fois):
        client.get(path)
    profiler.disable()
    tell(pstats.Stats(profiler), options, bare)


def tell(stats: pstats.Stats, options: argparse.Namespace, bare: float) -> None:
    """Shares of the profile, put to scale with the page as it is without a profiler."""
    rows: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = stats.stats  # type: ignore[attr-defined]
    whole = sum(row[2] for row in rows.values())
    scale = bare / whole
    spent: Counter[str] = Counter()
    for (file, _, _), row in rows.items():
        spent[whose(file)] += row[2] * scale
    calls = sum(row[1] for row in rows.values()) / options.fois
    sys.stdout.write(f"{options.page} : {bare:.1f} ms de processeur, {calls:.0f} appels\n")
    for name, milliseconds in spent.most_common():
        sys.stdout.write(f"{milliseconds:7.2f} ms {milliseconds / bare:5.0%}  {name}\n")
    heavy = sorted(rows.items(), key=lambda item: -item[1][2])[: options.fonctions]
    for (file, line, name), row in heavy:
        place = "/".join(file.split("/")[-2:]) + f":{line}" if line else file
        sys.stdout.write(
            f"{row[2] * scale:7.2f} ms {row[1] / options.fois:7.0f} ×  {json.dumps(name)[1:-1]} ({place})\n"
        )


if __name__ == "__main__":
    main()
