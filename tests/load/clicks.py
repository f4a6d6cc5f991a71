"""Ten tasks of a gestionnaire, from the dashboard, with every click counted and a picture taken.

`python -m tests.load.clicks --url http://127.0.0.1:8000 --demo var/demo.json --images docs/img/cabinet` signs in to a
running demonstration and does them; what it prints is the table of `docs/cabinet.md`. A click is a press on a link or
a button; typing and choosing in a list are none.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

MOST = 3  # clicks from the dashboard
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"


@dataclass
class Hand:
    """A person at the page, who counts."""

    page: Page
    clicks: int = 0

    def press(self, what: Locator) -> None:
        with self.page.expect_navigation() as answered:
            what.first.click()
        answer = answered.value
        if answer is not None and not answer.ok:
            raise RuntimeError(f"{answer.status} at {answer.url}")
        if self.page.locator(".messagelist .error").count():
            raise RuntimeError(self.page.locator(".messagelist .error").first.inner_text())
        self.clicks += 1

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=re.compile(name)))

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=re.compile(name)))

    def first_row(self) -> None:
        self.press(self.page.locator("#result_list tbody th a"))


def find(hand: Hand) -> None:
    hand.page.get_by_label("Trouver un dossier").fill("Renault")
    hand.button("Chercher")
    hand.first_row()


def validate_a_date(hand: Hand) -> None:
    hand.link("Dates à valider")
    hand.press(hand.page.locator("#result_list tbody a"))
    hand.button("Valider")


def check_a_document(hand: Hand) -> None:
    hand.link("Documents reçus à vérifier")
    hand.first_row()
    hand.page.get_by_label("conforme", exact=True).check()
    hand.button("Enregistrer")


def correct_a_siret(hand: Hand) -> None:
    hand.link("SIRET est à corriger")
    hand.button("Rattacher à ")


def answer_a_message(hand: Hand) -> None:
    hand.link("Messages de réparateurs")
    hand.first_row()
    hand.page.get_by_label("Message au réparateur").fill("Bien reçu, nous revenons vers vous.")
    hand.press(hand.page.locator("form[action*='repondre'] button"))


def decide_a_supplement(hand: Hand) -> None:
    hand.link("Compléments à décider")
    hand.press(hand.page.locator("#result_list tbody tr th a, #result_list tbody tr td.field-number_shown a"))
    if hand.page.get_by_label("Décision").count():  # a gestionnaire without the right reads what it is about
        hand.page.get_by_label("Décision").select_option("accepted")
        hand.button("Répondre au réparateur")


def move_a_dossier(hand: Hand) -> None:
    hand.link("Mission reçue")
    hand.first_row()
    hand.button("Demander un rendez-vous")


def acknowledge_rates(hand: Hand) -> None:
    hand.link("Grilles tarifaires")
    hand.first_row()
    hand.button("Accuser")


def see_what_is_late(hand: Hand) -> None:
    hand.link("En cours : rendre ses conclusions")
    hand.press(hand.page.locator("#changelist-filter a", has_text=re.compile("^Au cabinet$")))


def mine_alone(hand: Hand) -> None:
    hand.link("^Mes dossiers$")
    hand.link("Dates à valider")


TASKS: dict[str, Callable[[Hand], None]] = {
    "Trouver un dossier et l’ouvrir": find,
    "Valider une date": validate_a_date,
    "Vérifier un document": check_a_document,
    "Rattacher un dossier au bon SIRET": correct_a_siret,
    "Répondre à un message": answer_a_message,
    "Décider d’un complément": decide_a_supplement,
    "Faire avancer un dossier": move_a_dossier,
    "Accuser réception de tarifs": acknowledge_rates,
    "Voir ce qui est en retard": see_what_is_late,
    "Ne voir que ses dossiers": mine_alone,
}


def sign_in(page: Page, demo: Path) -> None:
    logins = json.loads(demo.read_text())["logins"]
    login = next(one for one in logins if one["role"] == "gestionnaire")
    page.goto("/connexion/")
    page.locator("input[type=email]").fill(login["email"])
    page.locator("input[type=password]").fill(login["password"])
    page.locator("input[type=password]").press("Enter")
    page.wait_for_load_state()


def main() -> int:
    """Print the table; 1 when a task took more clicks than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--demo", type=Path, default=Path("var/demo.json"))
    parser.add_argument("--images", type=Path, default=Path("docs/img/cabinet"))
    options = parser.parse_args()
    options.images.mkdir(parents=True, exist_ok=True)
    too_many = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(base_url=options.url, viewport={"width": 1366, "height": 768}, locale="fr-FR")
        sign_in(page, options.demo)
        for number, (name, task) in enumerate(TASKS.items(), 1):
            page.goto("/admin/")
            hand = Hand(page)
            task(hand)
            picture = options.images / f"{number:02}.png"
            page.screenshot(path=picture)
            line = f"| {name} | {hand.clicks} | ![{name}](img/{options.images.name}/{picture.name}) |\n"
            sys.stdout.write(line)
            sys.stdout.flush()
            too_many += hand.clicks > MOST
        browser.close()
    return 1 if too_many else 0


if __name__ == "__main__":
    raise SystemExit(main())
