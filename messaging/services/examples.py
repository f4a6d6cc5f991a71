"""Every mail of the table, written with invented people, so that a cabinet sees what leaves in its name."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from accounts.scope import Actor, Kind
from messaging.models import Digest
from messaging.rules import TELL
from messaging.services.branding import branding_of, shown
from messaging.services.letters import Text, subject_line, write
from messaging.services.sections import Waiting
from messaging.topics import LINES, OPTIONAL

_AT = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
_ON = date(2026, 12, 1)


class Made(SimpleNamespace):
    """A row of nobody's; it prints as `named`."""

    named = ""

    def __str__(self) -> str:
        return self.named


NETWORKS_OWN = frozenset({"scan_delayed"})  # told to the network alone


def shown_to(actor: Actor) -> dict[str, str]:
    """The mails that concern this side, each by its subject."""
    own, cast = NETWORKS_OWN if actor.kind == Kind.STAFF else frozenset(), _cast(None)
    return {str(event): subject_line(rule.template, cast) for event, rule in TELL.items() if event not in own}


def preview(event: str, *, cabinet: Any = None) -> Text:
    """One mail as it would leave; `cabinet` lends its name, its logo and its closing line, the rest is invented."""
    link = f"{settings.BASE_URL}/"
    stop = f"{settings.BASE_URL}/notifications/arret/exemple/" if event in OPTIONAL else ""
    brand = shown(branding_of(cabinet.pk if cabinet else None), by_mail=False)
    return write(TELL[event].template, {**_cast(cabinet), "link": link, "stop_link": stop, "brand": brand})


def topic_label(event: str) -> str:
    """Under which line of the preferences a mail falls; "" for one that always leaves."""
    found = OPTIONAL.get(event)
    if found is None:
        return ""
    line = LINES[found] if isinstance(found, str) else LINES[found["rapport"]]
    return " / ".join(dict.fromkeys(filter(None, (line.shop, line.staff))))


def _cast(cabinet: Any) -> dict[str, Any]:
    """Whoever and whatever a mail may name."""
    shop, person = "Carrosserie de l’Exemple", Made(email="atelier@exemple.fr")
    cabinet = cabinet or Made(name="Cabinet de l’Exemple", phone="04 00 00 00 00", email="cabinet@exemple.fr")
    dossier = Made(reference="255033006", cabinet=cabinet)
    company = Made(name=shop)
    paper = Made(
        named="Facture.pdf", get_kind_display="Rapport définitif", size=182_400, sha256="5f3c" * 16, published_at=_AT
    )
    row = Made(
        named="dossier d’expertise à distance",
        label="Facture",
        text="Merci.",
        due_on=_ON,
        number=2,
        reason="La facture est illisible",
        status="offered",
        get_status_display="accepté",
        safety="oui",
        get_topic_display="une question sur un dossier",
        wanted_on=_ON,
        get_slot_display="le matin",
        dossier=dossier,
    )
    site = {"siret": "732 829 320 00074", "shop": shop, "organisation": company.name, "colleague": "Camille Exemple"}
    return {
        **site,
        "recipient": person,
        "cabinet": cabinet,
        "dossier": dossier,
        "reference": dossier.reference,
        "row": row,
        "paper": paper,
        "papers": [paper],
        "document": paper,
        "deposit": Made(number="AR-2026-000123", sent_at=_AT, get_kind_display="Facture"),
        "request": _request(shop, person, site),
        "sign_up": Made(company_name=shop, chosen=cabinet),
        "invitation": Made(organisation=company.name, company_name=shop, profile="Atelier", expires_at=_AT),
        "delegation": Made(from_on=_ON, to_on=_ON, granted_by="le responsable"),
        "profile": _Profile(),
        "draft": _draft(shop),
        "change": Made(email="nouvelle@exemple.fr", former=person.email),
        "version": Made(number=3, make_label="Toutes marques", applies_on=_ON),
        "digest": Digest(day=_AT.date()),
        "lines": [
            {
                "text": "Rapport définitif : dossier 255033006",
                "link": f"{settings.BASE_URL}/",
                "at": _AT,
                "reference": "255033006",
                "cabinet": cabinet.name,
                "due_on": _ON,
            }
        ],
        "waiting": [Waiting("Attendu de vous, en retard", 2, f"{settings.BASE_URL}/")],
        "what": "le mardi 1er décembre 2026 à 9 h (RDV terrain)",
        "code": "482 913",
        "minutes": 15,
        "until": _AT,
        "count": 1,
        "more": 0,
        "size": 182_400,
        "reason": "Le motif du cabinet",
        "reset_link": f"{settings.BASE_URL}/",
    }


class _Profile:
    """A profile prints as its name."""

    right_labels = ("consulter", "déposer")
    needs_validation = True

    def __str__(self) -> str:
        return "Atelier"


def _request(shop: str, person: Any, site: dict[str, str]) -> Any:
    return Made(
        company_name=shop,
        user=person,
        siret=site["siret"],
        postal_code="74000",
        question="Quelle est votre enseigne ?",
        answer="Carrosserie de l’Exemple, dans la zone des Essais.",
        reason="Le SIRET n’est pas le vôtre.",
        decided_by="le cabinet",
    )


def _draft(shop: str) -> Any:
    return Made(
        summary="Facture, dossier 255033006",
        author="Camille Exemple",
        establishment=shop,
        decided_by="le responsable",
        get_state_display="refusé",
        reason="Il manque une page",
    )
