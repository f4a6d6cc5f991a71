"""Receipts: a number people can read and nobody can guess, the files' fingerprints, a PDF, and their verification."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from stdnum.iso7064 import mod_37_36

from accounts import printing, scope
from accounts.scope import System
from claims.models import Deposit, Document
from claims.services import jobs
from claims.services.jobs import HopelessError, Run

RECEIPT_PDF = "receipt_pdf"  # the job's name
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
ROLES = {"responsable": "responsable de l’entreprise", "collaborateur": "collaborateur de l’entreprise"}


def new_number() -> str:
    """Sixty bits of chance and a check sign (ISO 7064, mod 37,36): neither guessed, nor mistyped without notice."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(12))
    whole = drawn + mod_37_36.calc_check_digit(drawn)
    return f"AR-{whole[:4]}-{whole[4:8]}-{whole[8:]}"


def read_number(typed: str) -> str:
    """The number as it is stored, however it was typed; "" when its check sign says it is mistyped."""
    bare = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum()).removeprefix("AR")
    if len(bare) != 13 or not mod_37_36.is_valid(bare):
        return ""
    return f"AR-{bare[:4]}-{bare[4:8]}-{bare[8:]}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What may be told to somebody who holds number and file: of that file, nothing of the others."""

    sent_at: Any
    size: int


def exists(number: str) -> bool:
    with scope.system(System.RECEIPT):
        return Deposit.objects.filter(number=number).exists()


def verify(number: str, sha256: str) -> Proof | None:
    """Whether a file of this fingerprint was sent under this number."""
    with scope.system(System.RECEIPT):
        row = Document.objects.filter(deposit__number=number, sha256=sha256.lower()).select_related("deposit").first()
    return Proof(row.deposit.sent_at, row.size) if row is not None and row.deposit is not None else None


def facts(deposit: Deposit) -> dict[str, Any]:
    """What a receipt says, on screen, by mail and on paper."""
    papers = list(deposit.documents.order_by("pk"))
    return {
        "deposit": deposit,
        "dossier": deposit.dossier,
        "cabinet": deposit.cabinet,
        "establishment": deposit.establishment,
        "papers": papers,
        "size": sum(paper.size for paper in papers),
        "role": ROLES.get(deposit.sender_role, deposit.sender_role),
        "seen_at": min((paper.seen_at for paper in papers if paper.seen_at), default=None),
        "address": f"{settings.BASE_URL}{reverse('receipt', args=[deposit.number])}",
    }


def make_pdf(run: Run) -> None:
    """Print the receipt, once; without Pango on this machine there is no PDF, and the page remains."""
    with scope.system(System.JOBS):
        deposit = Deposit.objects.select_related("dossier", "cabinet", "establishment").get(pk=run.subject_id)
        html = render_to_string("claims/pdf/receipt.html", facts(deposit) | {"fonts": printing.fonts()})
    try:
        content = printing.render(html)
    except printing.UnavailableError as problem:
        raise HopelessError("Le PDF ne peut pas être fait sur ce serveur : l’accusé reste à l’écran.") from problem
    name = default_storage.save(f"receipts/{deposit.number[-5:]}/{secrets.token_hex(16)}", ContentFile(content))
    with scope.system(System.JOBS):
        Deposit.objects.filter(pk=deposit.pk).update(pdf=name)
        run.done()


jobs.register(RECEIPT_PDF, make_pdf, lease=timedelta(minutes=2))
