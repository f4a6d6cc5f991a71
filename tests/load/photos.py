"""Deposits photos from a phone in one go: time, requests, memory of the page, and no reload.

    python -m tests.load.photos                      # 200 photos of 12 megapixels, portal of `var`
    python -m tests.load.photos DATA --photos 50 --line 1000000   # another portal, an upstream line of 1 MB/s

It needs a running portal with its demonstration network and its workers, and Chromium. What it prepares is taken back.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from shutil import which

from PIL import Image, ImageDraw
from playwright.sync_api import CDPSession, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
SIZE = (4032, 3024)  # pixels: what phones take
PATIENCE = 40 * 60  # seconds
UPSTREAM = 1_250_000  # bytes a second: a middling 4G line


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", nargs="?", type=Path, default=ROOT / "var", help="PORTAL_DATA of the portal")
    arguments.add_argument("--url", help="when it differs from the one in demo.json")
    arguments.add_argument("--photos", type=int, default=200)
    arguments.add_argument("--line", type=int, default=UPSTREAM, help="bytes a second upwards; 0: as it is")
    wanted = arguments.parse_args()
    demo = json.loads((wanted.data / "demo.json").read_text())
    login = next(one for one in demo["logins"] if one["role"] == "reparateur")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = _take(Path(folder), wanted.photos)
        _say(f"{len(files)} photos, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")
        flags = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=flags)
        phone = browser.new_context(
            base_url=wanted.url or demo["url"], locale="fr-FR", **playwright.devices["Pixel 7"]
        ).new_page()
        _open(phone, login)
        _deposit(phone, files, wanted.line)
        browser.close()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _take(folder: Path, count: int) -> list[Path]:
    """Photos that differ, as large as a phone's: noise does not compress."""
    noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE).convert("RGB")
    places, files = Random(0), []
    for number in range(count):
        x, y = places.randrange(SIZE[0] - 900), places.randrange(SIZE[1] - 900)
        ImageDraw.Draw(noise).ellipse((x, y, x + 900, y + 900), fill=(number, 90, 200 - number % 200))
        files.append(folder / f"IMG_{number:04}.jpg")
        noise.save(files[-1], quality=88)
    return files


def _open(phone: Page, login: dict[str, str]) -> None:
    """The page « Envoyer » of a dossier in the works."""
    phone.goto("/connexion/")
    phone.fill("[type=email]", login["email"])
    phone.fill("[type=password]", login["password"])
    phone.keyboard.press("Enter")
    phone.wait_for_url(lambda url: "/connexion/" not in url)
    phone.goto("/dossiers/?onglet=en-cours")
    phone.goto(phone.locator("tbody a").last.get_attribute("href") + "envoyer/")
    _take_back(phone)


def _take_back(phone: Page) -> None:
    """Remove whatever is prepared."""
    token = phone.input_value("[name=csrfmiddlewaretoken]")
    for row in phone.locator("[data-upload]").evaluate_all("rows => rows.map(row => row.dataset.upload)"):
        phone.request.post(f"/envois/{row}/retirer/", headers={"X-CSRFToken": token, "Referer": phone.url})
    phone.reload()


class Watch:
    """What the page does meanwhile."""

    def __init__(self, phone: Page) -> None:
        self.requests: dict[str, int] = {}
        self.loads = 0
        phone.on("request", lambda request: self._count(request.method, request.url))
        phone.on("framenavigated", lambda _frame: setattr(self, "loads", self.loads + 1))

    def _count(self, method: str, url: str) -> None:
        kind = "list" if method == "GET" and "/fichiers/" in url else "picture" if "/apercu/" in url else ""
        kind = kind or ("announce" if "/fichiers/" in url else "piece" if "/envois/" in url else "other")
        self.requests[kind] = self.requests.get(kind, 0) + 1


def _deposit(phone: Page, files: list[Path], line: int) -> None:
    devtools = phone.context.new_cdp_session(phone)
    devtools.send("Performance.enable")
    devtools.send("Network.enable")
    if line:
        there_and_back = {"latency": 60, "downloadThroughput": 4 * line, "uploadThroughput": line}
        devtools.send("Network.emulateNetworkConditions", {"offline": False, **there_and_back})
    watch, idle, peak, start = Watch(phone), _heap(devtools), 0.0, time.monotonic()
    phone.get_by_label("PDF ou photos").set_input_files(files)
    arrived = 0.0
    while time.monotonic() - start < PATIENCE:
        phone.wait_for_timeout(500)
        peak = max(peak, _heap(devtools))
        if not arrived and phone.locator("[data-transfers] li").count() == 0:
            arrived = time.monotonic() - start
        if arrived and phone.get_by_text("Prêt à envoyer").count() >= len(files):
            break
    ready = phone.get_by_text("Prêt à envoyer").count()
    _say(f"all there after {arrived:.0f} s, {ready} checked after {time.monotonic() - start:.0f} s")
    _say(f"memory of the page: {idle:.0f} MB before, {peak:.0f} MB at its peak")
    _say(f"{sum(watch.requests.values())} requests: {watch.requests}; page loads: {watch.loads}")
    refused = phone.locator(".wrong").all_inner_texts()
    _say(f"refused: {refused[:3]}" if refused else "none refused")
    _take_back(phone)


def _heap(devtools: CDPSession) -> float:
    """Of JavaScript, in MB."""
    found = {one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]}
    return float(found["JSHeapUsedSize"]) / 1e6


if __name__ == "__main__":
    main()
