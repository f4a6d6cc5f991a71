"""Measures the inbox of one shop that works with many cabinets, beside its list of dossiers.

    python -m tests.load.inbox                                  # 100,000 threads over 40 cabinets
    python -m tests.load.inbox --echanges 10000 --cabinets 5

It works in a test base of its own, removed afterwards; it needs the variables the portal needs. Every figure is the
median of the rounds: statements of the page's own request, milliseconds in SQL, milliseconds of the whole answer.
"""

import argparse
import html
import os
import re
import statistics
import sys
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

DOSSIERS = """
INSERT INTO claims_dossier (cabinet_id, establishment_id, siret, reference, claim_number, insured_name,
  insured_email, insured_phone, make, model, plate, vin, insurer_code, insurer_name, principal_name, impact,
  is_approved_repairer, ve_procedure, expert_email, state, state_since, received_count, sent_count, created_at,
  updated_at, claim_on)
SELECT (%(cabinets)s::bigint[])[1 + n %% %(many)s], (%(sites)s::bigint[])[1 + n %% 3], '', 'L' || n, '', 'ASSURE',
  '', '', 'Renault', 'Clio', 'AA-' || (100 + n %% 900) || '-AA', '', '', '', '', '', false, '', '', 'en_cours', now(),
  0, 0, now(), now(), date '2020-01-01' + n %% 2000
FROM generate_series(1, %(dossiers)s) AS n
"""
THREADS = """
INSERT INTO messaging_thread (public_id, dossier_id, title, reader, is_question, opener_id, opener_label, opened_by,
  key, state, due_on, created_at, last_message_at, last_label, message_count, document_count)
SELECT gen_random_uuid(), d.id, 'Communication à l’expert', 'expert', false, %(user)s, 'Carrosserie', 'shop',
  'charge' || d.id || '-' || k, CASE WHEN (d.id * 7 + k) %% 200 = 0 THEN 'shop' ELSE 'answered' END,
  CASE WHEN (d.id * 7 + k) %% 200 = 0 THEN date '2026-11-30' END, now(),
  timestamptz '2024-01-01' + ((d.id * 7919 + k * 104729) %% 60000000) * interval '1 second', 'Cabinet', 2, 1
FROM claims_dossier d, generate_series(1, %(each)s) AS k
"""
READS = """
INSERT INTO messaging_threadread (user_id, thread_id, dossier_id, told_id, read_id)
SELECT %(user)s, id, dossier_id, 2, CASE WHEN id %% 33 = 0 THEN 0 ELSE 2 END FROM messaging_thread
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--echanges", type=int, default=100_000)
    arguments.add_argument("--cabinets", type=int, default=40)
    arguments.add_argument("--tours", type=int, default=15)
    wanted = arguments.parse_args()
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    from portal.management.commands.migrate import grant_to_application

    settings.ALLOWED_HOSTS = ["testserver"]
    owner, default = connections["owner"], connections["default"]
    owner.settings_dict["TEST"]["NAME"] = f"inbox_{owner.settings_dict['NAME']}"
    name = owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        grant_to_application(default.settings_dict["USER"])
        default.close()
        default.settings_dict["NAME"] = name
        _measure(wanted)
    finally:
        default.close()
        owner.creation.destroy_test_db(name, verbosity=0)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _fill(wanted: argparse.Namespace) -> Any:
    from django.db import connection, connections

    from accounts import scope
    from tests.factories import CabinetFactory, EstablishmentFactory, LinkFactory, ShopMemberFactory

    with scope.system(scope.System.TESTS), connection.cursor() as cursor:
        member = ShopMemberFactory()
        sites = [EstablishmentFactory(organisation=member.organisation) for _ in range(3)]
        cabinets = [CabinetFactory() for _ in range(wanted.cabinets)]
        for cabinet in cabinets:
            for site in sites:
                LinkFactory(cabinet=cabinet, establishment=site)
        each = 5
        values = {
            "cabinets": [cabinet.pk for cabinet in cabinets],
            "many": len(cabinets),
            "sites": [site.pk for site in sites],
            "dossiers": wanted.echanges // each,
            "each": each,
            "user": member.user_id,
        }
        for statement in (DOSSIERS, THREADS, READS):
            cursor.execute(statement, values)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return member.user, cabinets[0].code


def _measure(wanted: argparse.Namespace) -> None:
    from django.test import Client

    start = time.monotonic()
    user, code = _fill(wanted)
    say(f"{wanted.echanges} échanges, {wanted.cabinets} cabinets, remplis en {time.monotonic() - start:.0f} s")
    client = Client()
    client.force_login(user)
    page = client.get("/messages/").content.decode()
    older = html.unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])
    pages = {
        "la liste des dossiers": "/dossiers/",
        "la boîte": "/messages/",
        "page suivante": older,
        "non lus": "/messages/?voir=non-lus",
        "à répondre": "/messages/?voir=a-repondre",
        "un cabinet": f"/messages/?cabinet={code}",
        "recherche": "/messages/?q=L4242",
    }
    say(f"{'page':24}{'requêtes':>10}{'SQL ms':>10}{'page ms':>10}")
    for name, address in pages.items():
        own, sql, whole = _time(client, address, wanted.tours)
        say(f"{name:24}{own:>10}{sql:>10.1f}{whole:>10.1f}")


def _time(client: Any, address: str, rounds: int) -> tuple[int, float, float]:
    """Statements without the transaction's own, and medians in milliseconds."""
    from django.db import connection

    asked: list[tuple[str, float]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.append((sql, (time.perf_counter() - start) * 1000))

    found = []
    for _ in range(rounds + 1):  # the first warms what a process warms once
        asked.clear()
        start = time.perf_counter()
        with connection.execute_wrapper(watch):
            answer = client.get(address)
        whole = (time.perf_counter() - start) * 1000
        assert answer.status_code == 200, address
        own = [pair for pair in asked if "SAVEPOINT" not in pair[0] and "portal_enter_nobody" not in pair[0]]
        found.append((len(own), sum(took for _, took in asked), whole))
    counts, sql, wholes = zip(*found[1:], strict=True)
    return max(counts), statistics.median(sql), statistics.median(wholes)


if __name__ == "__main__":
    main()
