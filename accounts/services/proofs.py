"""A SIRET is proven by a code that only the shop's own mailbox received, the one a cabinet knew before anybody asked.

What the person is shown never depends on whether such an address exists: without one a code is made all the same, and
goes nowhere.
"""

from datetime import timedelta
from enum import Enum

from django.db import connection, transaction
from django.db.models import Case, When
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, CabinetEstablishment, Establishment, ShopMember, SiretCode
from accounts.scope import Actor, System
from accounts.services.decisions import keep_proof, let_in, still_pending
from accounts.services.events import Event

VALIDITY = timedelta(minutes=15)
TRIES = 5  # a code
CODES_A_DAY = 5  # a SIRET, whoever asks: 25 tries among a million
TOO_MANY = "Trop de codes ont été demandés pour ce SIRET : réessayez demain, ou attendez la réponse du cabinet."
BY_CODE = "Code reçu à l’adresse connue"


class Outcome(Enum):
    """What came of a typed code."""

    WRONG = "wrong"
    APPROVED = "approved"
    WAITS = "waits"  # right, but the SIRET has an owner, who decides, or the staff


def code_of(code: SiretCode) -> str:
    """The six digits, made as the mail leaves and again to compare; a copy of the database does not hold them."""
    digest = salted_hmac("accounts.siret_code", str(code.nonce), algorithm="sha256").hexdigest()
    return f"{int(digest[:16], 16) % 1_000_000:06d}"


def _own_pending(request: AccountRequest, actor: Actor) -> AccountRequest:
    if actor.user_id is None or request.user_id != actor.user_id:
        raise NotAllowed("Seul le demandeur prouve le SIRET de sa demande.")
    return still_pending(request)


def _one_at_a_time(siret: str) -> None:
    """Requests of several people about one SIRET count together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"siret_code:{siret}"])


@transaction.atomic
def send_code(request: AccountRequest, *, actor: Actor) -> None:
    """Send a new code, which replaces the former; it answers nothing about who knows what."""
    with scope.system(System.PROOF):
        _one_at_a_time(request.siret)
        request = _own_pending(request, actor)
        now = timezone.now()
        of_siret = SiretCode.objects.filter(request__siret=request.siret)
        if of_siret.filter(created_at__gt=now - timedelta(days=1)).count() >= CODES_A_DAY:
            raise NotAllowed(
                "Trop de codes ont été demandés pour ce SIRET : réessayez demain, le cabinet répond aussi."
            )
        request.codes.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
        code = SiretCode(
            user_id=request.user_id, request=request, link=_known_link(request), expires_at=now + VALIDITY
        )
        code.save(force_insert=True)
        journal.record(code, Event.SIRET_CODE_SENT, actor=actor, siret=request.siret)


def _known_link(request: AccountRequest) -> CabinetEstablishment | None:
    """The address of the chosen cabinet, or of another that has not closed its door."""
    links = CabinetEstablishment.objects.filter(establishment__siret=request.siret, suspended_at=None)
    chosen_first = Case(When(cabinet=request.cabinet_id, then=0), default=1)
    return links.exclude(email="").order_by(chosen_first, "pk").first()


@transaction.atomic
def use_code(request: AccountRequest, *, actor: Actor, typed: str) -> Outcome:
    """Compare what was typed; each try counts, and a right code serves once."""
    with scope.system(System.PROOF):
        _one_at_a_time(request.siret)
        request = _own_pending(request, actor)
        open_codes = request.codes.filter(used_at=None, expires_at__gt=timezone.now(), tries__lt=TRIES)
        code = open_codes.select_for_update(of=("self",)).order_by("-pk").first()
        if code is None:
            return Outcome.WRONG
        code.tries += 1
        digits = "".join(typed.split())
        is_right = digits.isascii() and constant_time_compare(digits, code_of(code)) and code.link_id is not None
        code.used_at = timezone.now() if is_right else None
        code.save(update_fields=["tries", "used_at"])
        return _accept(request, actor=actor) if is_right else Outcome.WRONG


def _accept(request: AccountRequest, *, actor: Actor) -> Outcome:
    keep_proof(request, how=AccountRequest.Check.CODE, evidence={"code_received": True})
    request.save(update_fields=["checked_how", "check_note", "evidence"])
    if _has_another_owner(request):
        journal.record(request, Event.SIRET_PROVEN, actor=actor, siret=request.siret)
        return Outcome.WAITS
    let_in(request, actor=actor, by=BY_CODE, with_cabinet=False)
    return Outcome.APPROVED


def _has_another_owner(request: AccountRequest) -> bool:
    """Whether a company has this SIRET that the person does not answer for."""
    owner = Establishment.objects.filter(siret=request.siret).values_list("organisation", flat=True).first()
    mine = ShopMember.objects.filter(
        user=request.user_id, organisation=owner, left_at=None, role=ShopMember.Role.OWNER
    )
    return owner is not None and not mine.exists()
