"""The page of components, the guides, the installed portal, French spaces, and what the self-assessment claims."""

import re
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils.formats import date_format

from accounts.typography import dense, spaced
from claims.models.shots import Drawing
from portal.guide import GUIDES, digest
from portal.help import THEMES

ROOT = Path(settings.BASE_DIR)
SHEETS = ("base", "layout", "components", "forms")
ELSEWHERE = {
    "links-foot",
    "me",
    "menu",
    "search",
    "skip",
    "trap",
    "foot",
    "bell",
    "tools",
}  # on every page of the portal


def test_the_page_of_components_shows_each_of_them(world, client):
    client.force_login(world.network)

    html = client.get(reverse("components")).content.decode()

    used = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    named = {name for sheet in SHEETS for name in selectors((ROOT / f"static/css/{sheet}.css").read_text())}
    assert named - used - ELSEWHERE == set()


def selectors(sheet: str) -> set[str]:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", sheet, flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


@pytest.mark.parametrize("who", ["owner", "member"])
def test_the_page_of_components_is_the_staffs(who, world, client):
    client.force_login(world.lac.owner if who == "owner" else world.lac.member.user)

    assert client.get(reverse("components")).status_code == 404


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.route)
def test_a_guide_on_paper_is_the_one_on_screen(guide, client, db):
    html = client.get(reverse(guide.route)).content.decode()

    for chapter in guide.chapters:
        for part in chapter.questions:
            assert f'id="{chapter.slug}-{part.slug}"' in html
    with pikepdf.open(ROOT / "static" / guide.pdf) as paper:
        assert str(paper.docinfo["/Keywords"]) == digest(guide), "run manage.py guides"


def test_the_portal_can_be_installed_without_a_look_into_the_database(client):
    manifest = client.get(reverse("manifest"))
    worker = client.get(reverse("service_worker"))

    assert manifest.headers["Content-Type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        assert (ROOT / icon["src"].lstrip("/")).is_file()
    assert worker.headers["Content-Type"] == "text/javascript"
    assert 'const OFFLINE = "/hors-ligne/"' in worker.content.decode()
    assert set(re.findall(r"/static/[\w./-]+", worker.content.decode())) == set(
        re.findall(r"/static/[\w./-]+\.(?:css|svg)", client.get(reverse("offline")).content.decode())
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Motif : illisible", "Motif\u00a0: illisible"),
        ("« À faire » ; puis ?", "«\u00a0À faire\u00a0»\u202f; puis\u202f?"),
        ("12 % et 30 €.", "12\u00a0% et 30\u00a0€."),
        ("{{ rate }} %</p>", "{{ rate }}\u00a0%</p>"),
        ("{% if one %} : {% endif %}", "{% if one %}\u00a0: {% endif %}"),
        ("width: 10px ;color", "width: 10px ;color"),
        ("l'aide de l'Atelier", "l’aide de l’Atelier"),
        ("{% static 'css/a.css' %} {{ on|date:'d/m' }}", "{% static 'css/a.css' %} {{ on|date:'d/m' }}"),
        ("{{ a }} {% b %}", "{{ a }} {% b %}"),
        ("09:30, https://exemple.fr", "09:30, https://exemple.fr"),
    ],
)
def test_french_spaces_do_not_break(typed, read):
    assert spaced(typed) == read


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("<ul>\n  <li>a</li>\n\n  <li>b</li>\n</ul>", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("a\n{% if one %}\n  b\n{% endif %}\nc", "a\n{% if one %}b\n{% endif %}c"),
        ("{# why #}\n{% url 'home' as here %}\n<a>", "{# why #}{% url 'home' as here %}<a>"),
        ("a\n{% url 'home' %}\n{{ b }}\nc", "a\n{% url 'home' %}\n{{ b }}\nc"),
        ("a {% if one %}b{% endif %}\nc", "a {% if one %}b{% endif %}\nc"),
        ("<pre>\n  as typed\n</pre>", "<pre>\n  as typed\n</pre>"),
    ],
)
def test_a_page_is_sent_without_its_authors_indentation(typed, sent):
    assert dense(typed) == sent


def test_the_first_of_a_month_is_said_as_in_french():
    days = [date_format(date(2026, 12, day), "l j F Y") for day in (1, 2, 11)]

    assert days == ["mardi 1er décembre 2026", "mercredi 2 décembre 2026", "vendredi 11 décembre 2026"]
    assert date_format(date(2026, 12, 1), "d/m/Y") == "01/12/2026"


def test_sentences_of_the_code_are_spaced_where_they_are_drawn():
    html = Template("<p>{{ advice|french }}</p>").render(Context({"advice": "Ceci : <b>"}))

    assert "Ceci\u00a0: &lt;b&gt;" in html


def test_every_question_mark_leads_to_an_answer():
    answers = {question.slug for theme in THEMES for question in theme.questions}
    pages = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    asked = set(re.findall(r"_hint\.html\" with to=\"([\w-]+)\"", pages))

    assert len(asked) > 8
    assert asked <= answers


def test_every_drawing_is_asked_for_by_its_own_name():
    """What is put behind `static` on a page misses the fingerprint in its name, without which nothing is served."""
    pages = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html")}
    wrong = [path.name for path, text in pages.items() if re.search(r"\{% static '[^']*/' %\}", text)]
    drawn = [(ROOT / f"static/img/shots/{drawing}.svg").is_file() for drawing in Drawing.values]

    assert wrong == []
    assert all(drawn)


def test_the_self_assessment_names_tests_that_exist():
    text = (ROOT / "docs" / "rgaa.md").read_text()
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}

    assert len(re.findall(r"^\| \d+\.\d+ \|", text, re.MULTILINE)) == 106
    for name in set(re.findall(r"`(test_\w+)`", text)):
        assert name in files or f"def {name}(" in sources, name
