"""What the console shows once the site answers: its address and the demonstration logins."""

import contextlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from portal.datafolder import DataFolder, write_private
from portal.runsettings import RunSettings

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- recognised, not bound
HEADINGS = {
    "role": "Rôle",
    "place": "Pour",
    "email": "Courriel",
    "password": "Mot de passe",
}


def answers(settings: RunSettings) -> bool:
    """Does `/sante/pret` say that the site can work?"""
    connection = http.client.HTTPConnection(EVERYWHERE.get(settings.host, settings.host), settings.port, timeout=5)
    with (
        contextlib.closing(connection),
        contextlib.suppress(OSError, http.client.HTTPException),
    ):
        connection.request("GET", "/sante/pret", headers={"Host": urlsplit(settings.base_url).netloc})
        return connection.getresponse().status == http.client.OK
    return False


def welcome(settings: RunSettings, data: DataFolder) -> str:
    lines = ["", f"Le portail répond sur {settings.base_url}", f"Journaux : {data.log}"]
    if settings.with_demo and (logins := demo_logins(settings, data)):
        lines += ["", "Comptes de démonstration :", "", *table(logins)]
    return "\n".join([*lines, "", "Ctrl-C pour arrêter."])


def demo_logins(settings: RunSettings, data: DataFolder) -> list[dict[str, Any]]:
    """The demonstration's logins; its address is put right, as the port may differ from the last run's."""
    path = data.path / "demo.json"
    try:
        demo = json.loads(path.read_text(encoding="utf-8"))
        logins = list(demo["logins"])
    except (OSError, ValueError, KeyError, TypeError):
        return []
    if demo.get("url") != settings.base_url:
        write_private(
            path,
            json.dumps({**demo, "url": settings.base_url}, ensure_ascii=False, indent=2) + "\n",
        )
    return logins


def table(logins: list[dict[str, Any]]) -> list[str]:
    rows = [
        HEADINGS,
        *({**login, "place": login.get("organisation") or login.get("cabinet") or ""} for login in logins),
    ]
    cells = [[str(row.get(name) or "") for name in HEADINGS] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return [lines[0], "  " + "  ".join("─" * width for width in widths), *lines[1:]]
