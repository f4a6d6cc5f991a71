"""What the first visit of a page asks of a slow line: bytes, compressed, and requests (`performance.md`, budgets)."""

import re
import zlib
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories import DossierFactory

PAGES = {  # page: bytes of HTML, bytes of all, requests; compressed, at a first visit
    "/connexion/": (4_000, 14_000, 12),
    "/dossiers/": (4_600, 26_000, 18),
    "dossier": (3_200, 22_000, 14),
}


def compressed(content: bytes) -> int:
    return len(zlib.compress(content, 6))


def asked_by(html: str) -> set[Path]:
    """The project's own sheets, modules (with those they import) and icons that the page names."""
    found = {Path(settings.BASE_DIR) / name for name in re.findall(r"(?:href|src)=\"/(static/[^\"]+)\"", html)}
    for module in [path for path in found if path.suffix == ".js"]:
        found |= {module.parent / name for name in re.findall(r"from \"\./(\w+\.js)\"", module.read_text())}
    return {path for path in found if path.suffix in {".css", ".js"}}


@pytest.mark.parametrize("which", PAGES)
def test_a_first_visit_stays_light(which, world, client):
    shop = world.deux
    DossierFactory.create_batch(50, cabinet=world.alpes.cabinet, establishment=shop.establishment)
    if which != "/connexion/":
        client.force_login(shop.owner)
    path = shop.dossiers["ALPES"].get_absolute_url() if which == "dossier" else which

    html = client.get(path).content
    files = asked_by(html.decode())

    own, everything, requests = PAGES[which]
    sizes = compressed(html), compressed(html) + sum(compressed(file.read_bytes()) for file in files)
    assert sizes[0] <= own, sizes
    assert sizes[1] <= everything, sizes
    assert 1 + len(files) <= requests, sorted(file.name for file in files)
