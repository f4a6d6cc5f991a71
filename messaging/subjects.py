"""What a shop may write to its cabinet about, and what each subject takes (BCA-40…48): one engine, no database.

A subject is terms (`Terms`), a dossier is facts (`Facts`), what somebody typed is `Typed`; the three functions below
answer every question a form, a service or a page asks: why not, which fields, what is missing.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import TextChoices

from accounts.scope import Right


class Code(StrEnum):
    """The subjects every cabinet begins with, by the slug of their address."""

    INVOICE = "facture-definitive"  # BCA-41
    CLERK = "conseiller-client"  # BCA-42
    METHOD = "evolution-methodologie"  # BCA-43
    EXPERT = "communication-expert"  # BCA-44
    VISIT = "expertise-terrain"  # BCA-45
    NOT_SEEN = "vehicule-non-vu"  # BCA-46
    NOT_REMOVED = "vehicule-non-enleve"  # BCA-47
    REMOTE_EXAM = "examen-sans-deplacement"  # BCA-48


class Reader(TextChoices):
    """Who at the cabinet reads it, and answers (BCA-37, 40)."""

    EXPERT = "expert", "l’expert"
    CLERK = "gestionnaire", "le conseiller client"


class Level(TextChoices):
    NONE = "none", "aucun"
    OPTIONAL = "optional", "facultatif"
    REQUIRED = "required", "obligatoire"


class Extra(TextChoices):
    """What a form asks beside the message and the documents."""

    NAME = "nom", "Nom et prénom de la personne sur place"
    REASON = "motif", "Motif"
    DAY = "date", "Jour, parmi les passages de l’expert"


class Rule(TextChoices):
    """When a subject may be chosen; the label is what the cabinet reads in its catalogue."""

    OPEN = "ouvert", "le dossier n’est pas terminé"
    NOT_APPROVED = "non_agree", "la mission n’est pas celle d’un réparateur agréé"
    REMOTE_SENT = "ead_envoyee", "le dossier d’expertise à distance, s’il en faut un, est envoyé"
    VISITABLE = "avant_facture", "l’expert peut encore examiner le véhicule"


WHY_NOT: dict[str, str] = {
    Rule.OPEN: "Le dossier est terminé : écrivez plutôt au conseiller client, ou appelez le cabinet.",
    Rule.NOT_APPROVED: "Pas pour cette mission : elle a été donnée à un réparateur agréé.",
    Rule.REMOTE_SENT: "Envoyez d’abord le dossier d’expertise à distance (EAD) : l’expert dira s’il doit venir.",
    Rule.VISITABLE: "L’expertise est passée : la facture est attendue.",
}
NO_RIGHT: dict[Right, str] = {
    Right.MESSAGES: "Votre profil ne permet pas d’écrire au cabinet pour cet établissement.",
    Right.DEPOSIT: "Votre profil ne permet pas d’envoyer des documents pour cet établissement.",
    Right.INVOICE: "Votre profil ne permet pas d’envoyer la facture pour cet établissement.",
    Right.DATES: "Votre profil ne permet pas de proposer une date pour cet établissement.",
}
SAYS: dict[str, str] = {
    "message": "Écrivez votre message.",
    Extra.NAME: "Écrivez le nom et le prénom de la personne qui sera auprès du véhicule.",
    Extra.REASON: "Écrivez pourquoi : le cabinet en a besoin pour répondre.",
}
INVOICE_KIND = "facture"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a subject takes; documents are typed by hand among `kinds`, or by themselves when there are none."""

    reader: str
    message: str = Level.NONE
    documents: str = Level.NONE
    kinds: tuple[str, ...] = ()
    photo_kind: str = ""  # "": photos are not taken
    pdf_kind: str = ""  # "": PDF are not taken
    extras: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def takes_documents(self) -> bool:
        return self.documents != Level.NONE


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to know of a dossier, and of the person who writes."""

    is_open: bool = True
    is_approved: bool = False  # the mission was given to an approved (agréé) repairer
    remote_missing: bool = False  # an EAD dossier whose file was not sent
    visitable: bool = True
    days: tuple[str, ...] = ()  # the expert's passages, as a form names them
    other_days: bool = True  # whether another day than those may be asked for
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed and attached."""

    message: str = ""
    reason: str = ""
    day: str = ""
    name: str = ""
    kind: str = ""
    photos: int = 0
    pdfs: int = 0

    @property
    def files(self) -> int:
        return self.photos + self.pdfs


def needs(terms: Terms, *, with_files: bool = False) -> tuple[Right, ...]:
    """The rights that sending takes, the first one asked for first."""
    wanted = [Right.MESSAGES]
    if terms.documents == Level.REQUIRED or with_files:
        wanted.append(file_right(terms))
    if Extra.DAY in terms.extras:
        wanted.append(Right.DATES)
    return tuple(wanted)


def file_right(terms: Terms) -> Right:
    return Right.INVOICE if INVOICE_KIND in {*terms.kinds, terms.pdf_kind, terms.photo_kind} else Right.DEPOSIT


def why_not(terms: Terms, facts: Facts) -> str:
    """Why this subject cannot be chosen now, in French; "" when it can."""
    broken = {
        Rule.OPEN: not facts.is_open,
        Rule.NOT_APPROVED: facts.is_approved,
        Rule.REMOTE_SENT: facts.remote_missing,
        Rule.VISITABLE: not facts.visitable,
    }
    for rule in Rule:
        if rule.value in terms.rules and broken[rule]:
            return WHY_NOT[rule]
    return next((NO_RIGHT[right] for right in needs(terms) if right not in facts.rights), "")


def fields(terms: Terms, facts: Facts) -> tuple[str, ...]:
    """What the form asks, from top to bottom; files only of those who may send some."""
    shown = [extra.value for extra in Extra if extra.value in terms.extras]
    if terms.message != Level.NONE:
        shown.append("message")
    if terms.takes_documents and file_right(terms) in facts.rights:
        shown += ["kind", "files"] if terms.kinds else ["files"]
    return tuple(shown)


def missing(terms: Terms, facts: Facts, typed: Typed) -> dict[str, str]:
    """What must be typed, added or changed before it may leave: field → a sentence that says what to do."""
    found = _unsaid(terms, facts, typed)
    if terms.documents == Level.NONE and typed.files:
        found["files"] = "Ce sujet ne prend pas de document : retirez vos fichiers, ou choisissez un autre sujet."
    elif terms.documents == Level.REQUIRED and not typed.files:
        found["files"] = "Ajoutez au moins un fichier : ce sujet ne part pas sans document."
    elif typed.files and not found.get("files") and (doubt := _mistyped(terms, typed)):
        found.update(doubt)
    if not found and not (typed.message or typed.files or terms.extras):
        found["message"] = "Écrivez un message, ou ajoutez un document."
    return found


def _unsaid(terms: Terms, facts: Facts, typed: Typed) -> dict[str, str]:
    found = {}
    if terms.message == Level.REQUIRED and not typed.message:
        found["message"] = SAYS["message"]
    if Extra.NAME in terms.extras and not typed.name:
        found[Extra.NAME.value] = SAYS[Extra.NAME]
    if Extra.REASON in terms.extras and not typed.reason:
        found[Extra.REASON.value] = SAYS[Extra.REASON]
    if Extra.DAY in terms.extras:
        if not typed.day:
            found[Extra.DAY.value] = "Choisissez un jour."
        elif facts.days and not facts.other_days and typed.day not in facts.days:
            found[Extra.DAY.value] = "Choisissez un jour de passage de l’expert."
    return found


def _mistyped(terms: Terms, typed: Typed) -> dict[str, str]:
    if terms.kinds:
        return {} if typed.kind in terms.kinds else {"kind": "Choisissez le type de vos documents."}
    if typed.photos and not terms.photo_kind:
        return {"files": "Ce document s’envoie en PDF : réunissez vos photos en un PDF."}
    if typed.pdfs and not terms.pdf_kind:
        return {"files": "Ce sujet ne prend que des photos : retirez les PDF."}
    return {}


def kind_of(terms: Terms, *, is_photo: bool, chosen: str = "") -> str:
    """Under which kind a file enters the dossier; "" when the subject does not take it."""
    if terms.kinds:
        return chosen if chosen in terms.kinds else ""
    return terms.photo_kind if is_photo else terms.pdf_kind


REPLY_KINDS = ("devis", "certificat_immat", "ordre_reparation", "diagnostic", "photo", "autre")


def reply_terms(terms: Terms | None, reader: str) -> Terms:
    """What one may write again in a thread: words, documents of its kinds, or both; without a subject, anything."""
    if terms is None or not terms.takes_documents:
        return Terms(reader, message=Level.OPTIONAL, documents=Level.OPTIONAL, kinds=REPLY_KINDS)
    return replace(terms, message=Level.OPTIONAL, documents=Level.OPTIONAL, extras=(), rules=())


def asked(terms: Terms, typed: Typed) -> tuple[Right, ...]:
    """The rights that this sending takes."""
    return needs(terms, with_files=bool(typed.files))


# What every cabinet begins with --------------------------------------------------------------------------------------

_REGISTRATION, _REPAIR_ORDER = "certificat_immat", "ordre_reparation"

SEEDS: dict[Code, tuple[str, str, Terms]] = {
    Code.CLERK: (
        "Communication au conseiller client",
        "Les questions administratives : prise en charge, franchise, règlement, papiers.",
        Terms(
            Reader.CLERK,
            message=Level.REQUIRED,
            documents=Level.OPTIONAL,
            kinds=("autre", "declaration_assure", "facture_accessoire", _REGISTRATION, _REPAIR_ORDER),
        ),
    ),
    Code.EXPERT: (
        "Communication à l’expert",
        "Les questions techniques : méthode, chiffrage, pièces, contrôles.",
        Terms(
            Reader.EXPERT,
            message=Level.REQUIRED,
            documents=Level.OPTIONAL,
            kinds=("devis", "controle_technique", "controle_geometrie", "pv", "suivi_ve", "diag_adas", "diagnostic"),
            rules=(Rule.OPEN,),
        ),
    ),
    Code.METHOD: (
        "Évolution de la méthodologie",
        "Des travaux en plus : une photo devient « Dommages supplémentaires », un PDF « Supplément réparateur ».",
        Terms(
            Reader.EXPERT,
            message=Level.REQUIRED,
            documents=Level.OPTIONAL,
            photo_kind="dommages_suppl",
            pdf_kind="supplement",
            rules=(Rule.OPEN,),
        ),
    ),
    Code.VISIT: (
        "Demande d’expertise terrain",
        "L’expert vient examiner le véhicule dans votre atelier, un de ses jours de passage.",
        Terms(
            Reader.EXPERT,
            message=Level.OPTIONAL,
            documents=Level.OPTIONAL,
            kinds=(_REGISTRATION, _REPAIR_ORDER),
            extras=(Extra.REASON, Extra.DAY),
            rules=(Rule.OPEN, Rule.REMOTE_SENT, Rule.VISITABLE),
        ),
    ),
    Code.REMOTE_EXAM: (
        "Demande d’examen sans déplacement (ESD)",
        "L’expert examine le véhicule à distance, sur vos photos.",
        Terms(
            Reader.EXPERT,
            message=Level.OPTIONAL,
            documents=Level.OPTIONAL,
            photo_kind="photo",
            extras=(Extra.NAME,),
            rules=(Rule.OPEN, Rule.NOT_APPROVED),
        ),
    ),
    Code.NOT_SEEN: (
        "Véhicule non vu",
        "Le rendez-vous n’a pas été honoré : le véhicule n’était pas là, ou l’expert n’est pas venu.",
        Terms(
            Reader.CLERK,
            message=Level.REQUIRED,
            documents=Level.OPTIONAL,
            kinds=(_REGISTRATION, _REPAIR_ORDER),
            rules=(Rule.OPEN,),
        ),
    ),
    Code.NOT_REMOVED: (
        "Véhicule non enlevé",
        "Le véhicule est toujours dans votre atelier et devait en partir.",
        Terms(
            Reader.CLERK,
            message=Level.REQUIRED,
            documents=Level.OPTIONAL,
            kinds=("autorisation_enl", "retour_epaviste", _REGISTRATION, _REPAIR_ORDER),
            rules=(Rule.OPEN,),
        ),
    ),
    Code.INVOICE: (
        "Facture définitive des réparations",
        "La facture en PDF, sans message : elle arrive sous le type « Facture ».",
        Terms(Reader.CLERK, documents=Level.REQUIRED, pdf_kind=INVOICE_KIND, rules=(Rule.OPEN,)),
    ),
}
