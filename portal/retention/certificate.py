"""The certificate of a purge: counts, dates and fingerprints, nothing of anybody."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from portal.retention import plan
from portal.retention.forgetting import Outcome, Share
from portal.retention.plan import Fate


def facts(outcome: Outcome, *, dry_run: bool) -> dict[str, Any]:
    """What both forms tell; `empreinte` is the SHA-256 of all the rest as sorted JSON."""
    told: dict[str, Any] = {
        "titre": "Simulation de purge" if dry_run else "Certificat de purge",
        "fait_le": timezone.localtime().isoformat(timespec="seconds"),
        "plan": plan.VERSION,
        "registre": outcome.head,
        "cabinets": [_share(share) for share in outcome.shares],
        "lignes": dict(sorted(outcome.rows.items())),
        "fichiers": outcome.files,
        "lots_repris": outcome.resumed,
    }
    whole = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    return {**told, "empreinte": hashlib.sha256(whole).hexdigest()}


def _share(share: Share) -> dict[str, Any]:
    last = timezone.localtime(share.limit) - timedelta(days=1)
    return {
        "code": share.code,
        "annees": share.years,
        "clos_au_plus_tard_le": last.date().isoformat(),
        "lignes": dict(sorted(share.rows.items())),
        "fichiers": share.files,
    }


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_text(told: dict[str, Any]) -> str:
    lines = [
        f"{told['titre'].upper()} – Portail Réparateurs",
        f"Fait le {told['fait_le']}, selon le plan n° {told['plan']}.",
        "",
    ]
    lines += [_sentence(share) for share in told["cabinets"]]
    lines += ["", "Lignes par table :", *_tables(told["lignes"]), f"Fichiers effacés : {told['fichiers']}"]
    if told["lots_repris"]:
        lines.append(f"Lots repris d'une purge interrompue : {told['lots_repris']}")
    lines += ["", f"Registre (SHA-256 de sa dernière ligne) : {told['registre']}"]
    lines.append(f"Empreinte de ce certificat (SHA-256) : {told['empreinte']}")
    return "\n".join(lines) + "\n"


def _sentence(share: dict[str, Any]) -> str:
    return (
        f"Cabinet {share['code']} : {share['annees']} an(s) après la clôture, soit les dossiers clos au plus tard le "
        f"{share['clos_au_plus_tard_le']} : {share['lignes'].get('claims.Dossier', 0)} dossier(s), "
        f"{share['fichiers']} fichier(s)."
    )


def _tables(rows: dict[str, int]) -> list[str]:
    if not any(rows.values()):
        return ["  aucune"]
    return [f"  {_name(label)} : {count} ({_how(label)})" for label, count in rows.items() if count]


def _name(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name_plural)


def _how(label: str) -> str:
    return "anonymisées" if plan.PLAN[label].fate == Fate.ERASED else "effacées"
