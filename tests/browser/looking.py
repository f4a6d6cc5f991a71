"""A look at a page in Chromium: axe, the policy, the console, the width of the page, text that is cut, typography.

Each distinct page is loaded once; screens and colours change in place. A page whose markup is that of one already
looked at (the same list with other rows, the same refusal for another role) is told by its skeleton and not looked at
again.
"""

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import axe_playwright_python
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response, ViewportSize

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
DESK, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
NARROWEST = ViewportSize(width=320, height=640)  # 1280 pixels at 400 % (WCAG 1.4.10)
ZOOMED = ViewportSize(width=683, height=384)  # 1366 × 768 at 200 %
CONTRAST = "color-contrast"
BY_SCREEN = [CONTRAST, "link-in-text-block", "target-size", "scrollable-region-focusable"]
REFUSED = "window.__refused=[];addEventListener('securitypolicyviolation',e=>__refused.push(e.violatedDirective));"
# The admin’s inline tables have such a header, from Django.
DJANGOS = {"empty-table-header": {"enabled": False}}
# Chromium's own viewer of PDF files, part of the program.
VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")
AXE_RUN = """async ([only, rules]) => {
  document.getAnimations().forEach(one => one.finish());
  const options = {resultTypes: ["violations"], preload: false, rules, ...(only.length && {runOnly: only})};
  const found = await axe.run(document, options);
  return found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
}"""
# Each letter's colour, size and weight, with all the grounds it stands on: what its contrast is made of.
COLOURS = """() => {
  const grounds = new Map([[null, ""]]), found = new Set();
  const under = one => grounds.get(one) ?? (grounds.set(one, (style => under(one.parentElement) + "/"
    + style.backgroundColor + style.backgroundImage + style.opacity + style.filter + style.position)
    (getComputedStyle(one))), grounds.get(one));
  for (const one of document.querySelectorAll("body *")) {
    const says = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!says && !one.matches("input, select")) continue;
    const style = getComputedStyle(one);
    found.add([style.color, style.fontSize, style.fontWeight, style.textShadow, style.clipPath, under(one)].join());
  }
  return [...found];
}"""
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# WCAG 1.4.12, by a style sheet the policy does not concern; what is then cut is text that is lost.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; }"
    + " * { word-spacing: .16em !important; } p { margin-bottom: 2em !important; }");
  document.adoptedStyleSheets = [sheet];
  const lost = [...document.querySelectorAll("main *")].filter(one => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const holds = [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    return holds && box.width > 2 && box.height > 2 && style.clipPath === "none" && style.textOverflow !== "ellipsis"
      && /hidden|clip/.test(style.overflow) && (one.scrollHeight > one.clientHeight + 2);
  }).map(one => one.outerHTML.slice(0, 120));
  const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
  document.adoptedStyleSheets = [];
  return lost.concat(wide ? ["the page is wider than the screen"] : []);
}"""
# What a typesetter would mend: a straight apostrophe, a space that may break before « : » or inside quotes.
LOOSE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  const skip = "script, style, textarea, code, pre, kbd, svg, option, [data-typed]";
  const wrong = /[a-zà-ÿ]'[a-zà-ÿ]|« | »|[\\wà-ÿ)»] [:;?!](?=\\s|$)|\\d [%€](?=\\W|$)/iu;
  while (walker.nextNode()) {
    const text = walker.currentNode.data.replace(/\\n\\s*/g, "\\n");
    if (wrong.test(text) && !walker.currentNode.parentElement.closest(skip)) found.push(text.trim().slice(0, 100));
  }
  return found;
}"""
_TAG = re.compile(r"<([a-z][\w-]*)((?:[^>\"]|\"[^\"]*\")*)>")
_NAME = re.compile(r"([\w-]+)(?:=\"([^\"]*)\")?")
_TELLING = {"class", "type", "role", "scope", "aria-current", "aria-sort"}


def skeleton(html: str) -> frozenset[str]:
    """Which elements a page is made of: names, classes and roles, without its texts, keys and number of rows."""
    found = set()
    for tag, attributes in _TAG.findall(html):
        names = [f"{name}={value}" if name in _TELLING else name for name, value in _NAME.findall(attributes)]
        found.add(f"{tag} {' '.join(sorted(names))}")
    return frozenset(found)


class Seen:
    """What was looked at already, over all persons."""

    def __init__(self) -> None:
        self.skeletons: dict[str, list[frozenset[str]]] = {}
        self.colours: set[str] = set()
        self.looked = self.fetched = 0

    def is_new(self, route: str, html: str) -> bool:
        """Of one route, a page with fewer elements than one already seen holds nothing new."""
        mine, self.fetched = skeleton(html), self.fetched + 1
        digest = hashlib.sha256("\n".join(sorted(mine)).encode()).hexdigest()
        if digest in self.skeletons or any(mine <= before for before in self.skeletons.get(route, [])):
            return False
        self.skeletons[digest] = []
        self.skeletons.setdefault(route, []).append(mine)
        self.looked += 1
        return True

    def are_new(self, colours: list[str]) -> bool:
        """Letters of these colours on these grounds, whose contrast nothing has measured yet."""
        before = len(self.colours)
        self.colours.update(colours)
        return len(self.colours) > before


class Visitor:
    """One person, in one browser context and one page, and in a test client that sees the same without a browser."""

    def __init__(self, browser: Browser, url: str, client: Client, seen: Seen) -> None:
        self.client, self.seen, self.problems = client, seen, []
        self.context: BrowserContext = browser.new_context(base_url=url, viewport=DESK, locale="fr-FR")
        self.context.add_init_script(AXE)
        self.context.add_init_script(REFUSED)
        cookies = [{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()]
        self.context.add_cookies(cookies)
        self.context.on("request", self._asked)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda problem: self.problems.append(f"{self.path}: {problem}"))
        self.path, self.home = "", url

    def close(self) -> None:
        self.context.close()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:", *VIEWER)):
            self.problems.append(f"{self.path}: asks {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.problems.append(f"{self.path}: {message.text}")

    def walk(self, places: Iterable[tuple[str, str]]) -> None:
        """Fetch each address (route, path); look at those made of something new."""
        for route, path in places:
            answer = self.client.get(path, follow=True)
            kind = answer.headers.get("Content-Type", "")
            if answer.streaming:
                answer.close()
            elif (
                kind.startswith("text/html")
                and b"<html" in answer.content
                and self.seen.is_new(route, answer.content.decode())
            ):
                self.look(path)

    def look(self, path: str) -> None:
        self.path = path
        self.page.set_viewport_size(DESK)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours change at once
        try:
            answer = self.page.goto(path, wait_until="load")
        except Error as problem:  # a file, after all
            self.problems += [f"{path}: {problem}"] * ("Download is starting" not in str(problem))
            return
        self.judge(path, answer)

    def judge(self, path: str, answer: Response | None = None) -> None:
        """The page that is open, on both screens, by day and by night, zoomed and spaced."""
        if answer is not None and "Failed" in answer.status_text:
            self.problems.append(f"{path}: {answer.status}")
        self._note("moves all the same", [""] * (self.page.evaluate("document.getAnimations().length") > 0))
        self._axe("axe", [])
        if not path.startswith("/admin/"):  # half of whose words are Django's
            self._note("typography", self.page.evaluate(LOOSE))
        for name, screen in (("desk", DESK), ("200 %", ZOOMED), ("320", NARROWEST), ("phone", PHONE)):
            self.page.set_viewport_size(screen)
            self._note(f"wider than {name}", [""] * self.page.evaluate(WIDE))
        self.page.emulate_media(color_scheme="dark")
        self._axe("axe, phone by night", BY_SCREEN)
        self._note("text spacing", self.page.evaluate(SPACED))
        self._note("refused by the policy", self.page.evaluate("window.__refused"))

    def _axe(self, what: str, only: list[str]) -> None:
        """These rules, or all; contrast, which takes the longest, where there is one to measure."""
        rules = dict(DJANGOS) if self.path.startswith("/admin/") else {}
        if not self.seen.are_new(self.page.evaluate(COLOURS)):
            rules[CONTRAST], only = {"enabled": False}, [name for name in only if name != CONTRAST]
        self._note(what, self.page.evaluate(AXE_RUN, [only, rules]))

    def _note(self, what: str, found: list[str]) -> None:
        self.problems += [f"{self.path} – {what}: {one}" for one in found]
