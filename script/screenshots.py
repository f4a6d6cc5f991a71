"""Take the README's pictures from a running demonstration: `python script/screenshots.py [PORTAL_DATA]`."""

import json
import sys
from pathlib import Path
from shutil import which

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "img"
COLOURS = 128  # enough for a page without photographs, at a third of the size
SIZES = {1366: 768, 390: 844}  # pixels: a workshop PC, a phone

PARTS = {  # a tab of a dossier: its picture
    "Documents": "documents",
    "Envoyer": "envoyer",
    "Expertise": "expertise",
    "Complément": "complement",
    "Étapes": "etapes",
}
ELSEWHERE = {
    "/a-faire/": "a-faire",
    "/messages/": "messages",
    "/agenda/": "agenda",
    "/tarifs/": "tarifs",
    "/notifications/": "notifications",
    "/parametres/notifications/": "preferences",
}
ANSWERS = {  # where the cabinet answers
    "admin-date": "/admin/claims/appointment/?status__exact=proposed",
    "admin-dossier": "/admin/claims/dossier/?retard=cabinet",
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var"
    demo = json.loads((folder / "demo.json").read_text())
    shop = max((one for one in demo["logins"] if one["role"] == "reparateur"), key=lambda one: len(one["sirets"]))
    clerk = next(one for one in demo["logins"] if one["role"] == "gestionnaire")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        for width in SIZES:
            page = open_page(browser, demo["url"], width)
            shoot(page, "connexion", width)
            sign_in(page, shop)
            page.goto("/dossiers/?onglet=tous")  # what arrived was told on the page before
            shoot(page, "liste", width)
            page.goto("/dossiers/?onglet=attente-facture")
            page.locator("tbody a").first.click()
            shoot(page, "dossier", width)
            for part, name in PARTS.items():
                page.get_by_role("navigation", name="Dossier").get_by_role("link", name=part).click()
                shoot(page, name, width)
            for address, name in ELSEWHERE.items():
                page.goto(address)
                shoot(page, name, width)
        page = open_page(browser, demo["url"], 1366)
        sign_in(page, clerk)
        shoot(page, "admin", 1366)
        for name, address in ANSWERS.items():
            page.goto(address)
            page.locator("#result_list tbody a").first.click()
            shoot(page, name, 1366)
        browser.close()


def open_page(browser: Browser, url: str, width: int) -> Page:
    size = {"width": width, "height": SIZES[width]}
    page = browser.new_context(base_url=url, viewport=size, locale="fr-FR", color_scheme="light").new_page()
    page.goto("/connexion/")
    return page


def sign_in(page: Page, login: dict[str, str]) -> None:
    page.fill("[type=email]", login["email"])
    page.fill("[type=password]", login["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/connexion/" not in url)


def shoot(page: Page, name: str, width: int) -> None:
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"{name}-{width}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
