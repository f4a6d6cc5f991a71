"""Draw the icons of the installed portal from `static/img/favicon.svg`: `python script/icons.py`, with Chromium."""

from pathlib import Path
from shutil import which

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
BRAND = "#12466b"
ICONS = {  # file: pixels, share of the square the drawing takes, background
    "icon-192.png": (192, 1.0, "transparent"),
    "icon-512.png": (512, 1.0, "transparent"),
    "icon-maskable-512.png": (512, 0.72, BRAND),  # a mask may cut a fifth away on each side
    "icon-180.png": (180, 0.86, BRAND),  # iOS rounds the corners itself
}


def main() -> None:
    drawing = (IMAGES / "favicon.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        for name, (size, share, ground) in ICONS.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            style = f"body{{margin:0;height:100vh;display:grid;place-items:center;background:{ground}}}"
            page.set_content(f"<style>{style} svg{{width:{share:.0%};height:{share:.0%}}}</style>{drawing}")
            page.screenshot(path=IMAGES / name, omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
