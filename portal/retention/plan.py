"""What becomes of each model's rows and files once a dossier's time is over.

Every model and every file field stands here: what has no plan stops the purge. `VERSION` is told by the certificate;
it goes up whenever a rule below changes what is forgotten.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.db import models
from psycopg import sql

VERSION = 2


class Fate(StrEnum):
    WITH_DOSSIER = "effacé avec son dossier"
    ABOUT = "effacé avec ce dont il parle"
    AGED = "effacé passé le même délai, par sa propre date"
    ERASED = "anonymisé"
    KEPT = "conservé"


@dataclass(frozen=True)
class Rule:
    """`files` are the columns that hold keys of the storage (`pending.file`: a value of a JSON column).

    `column` is what the fate is decided by.
    """

    fate: Fate
    files: tuple[str, ...] = ()
    column: str = "dossier_id"
    why: str = ""


def gone(*files: str, column: str = "dossier_id") -> Rule:
    return Rule(Fate.WITH_DOSSIER, files, column)


def aged(date: str) -> Rule:
    """`date` is an SQL expression of the model's own columns; the model has a column `cabinet_id`."""
    return Rule(Fate.AGED, column=date)


def kept(why: str, *files: str) -> Rule:
    return Rule(Fate.KEPT, files, why=why)


PEOPLE = "suit le compte d'une personne, non un dossier"
COMPANY = "suit l'entreprise, non un dossier"
SETTINGS = "réglage du cabinet, sans donnée d'assuré"
TECHNICAL = "technique, sans donnée d'assuré"
RATES = "grille de tarifs : preuve commerciale du réparateur, sans donnée d'assuré"

PLAN: dict[str, Rule] = {
    # The dossier and what hangs on it
    "claims.Dossier": gone(column="id"),
    "claims.Acknowledgement": gone(),
    "claims.Appointment": gone(),
    "claims.AssignedDossier": gone(),
    "claims.Awaited": gone(),
    "claims.Deposit": gone("pdf"),
    "claims.Document": gone("file", "shown", "thumbnail"),
    "claims.DocumentRequest": gone(),
    "claims.DossierFacts": gone(),
    "claims.DossierVisit": gone(),
    "claims.Expectation": gone(),
    "claims.Export": gone("file"),
    "claims.Job": gone(),
    "claims.Memo": gone(),
    "claims.Shot": gone(),
    "claims.ShotSet": gone(),
    "claims.Supplement": gone(),
    "claims.Upload": gone("file", "shown", "thumbnail"),
    "messaging.Message": gone("pending.file"),
    "messaging.MessageDocument": gone(),
    "messaging.News": gone(),
    "messaging.Thread": gone(),
    "messaging.ThreadRead": gone(),
    # What speaks of it without hanging on it
    "messaging.Notification": Rule(Fate.ABOUT, column="subject_type, subject_id"),
    "accounts.JournalEntry": Rule(Fate.ERASED, why="le fait et sa date restent, pour les statistiques de délais"),
    # What is about a cabinet's business without a dossier, or with one that was never found
    "accounts.Draft": aged("COALESCE(decided_at, submitted_at)"),
    "claims.DossierFile": Rule(Fate.AGED, ("file", "rejects"), column="created_at"),
    "claims.CallBack": aged("COALESCE(closed_at, due_at)"),
    "claims.MissingDossierRequest": aged("COALESCE(answered_at, created_at)"),
    # What stays
    "accounts.RowChange": kept("la base efface ce que disait une ligne avec elle ; reste qu'elle fut supprimée"),
    "claims.DossierTally": kept("sommes sans dossier ; tenues à jour par la base"),
    "claims.AgendaFeed": kept(PEOPLE),
    "claims.ListPreference": kept(PEOPLE),
    "claims.ReminderLetter": kept("numéros d'attentes seulement, sans donnée d'assuré"),
    "claims.CabinetRules": kept(SETTINGS),
    "claims.Contact": kept(SETTINGS),
    "claims.Passage": kept(SETTINGS),
    "claims.ShotKind": kept(SETTINGS),
    "claims.VerdictReason": kept(SETTINGS),
    "claims.VisitPolicy": kept(SETTINGS),
    "messaging.Announcement": kept(SETTINGS),
    "messaging.MailBranding": kept(SETTINGS),
    "messaging.Subject": kept(SETTINGS),
    "messaging.AnnouncementReading": kept(PEOPLE),
    "messaging.ChannelChoice": kept(PEOPLE),
    "messaging.Digest": kept("jour et destinataire seulement : le texte n'est pas gardé"),
    "tariffs.DefaultPayer": kept(RATES),
    "tariffs.TariffDraft": kept(PEOPLE),
    "tariffs.TariffPdf": kept(RATES, "file"),
    "tariffs.TariffRate": kept(RATES),
    "tariffs.TariffVersion": kept(RATES),
    "tariffs.Transmission": kept(RATES),
    "accounts.AccountRequest": kept(PEOPLE),
    "accounts.AssignedEstablishment": kept(SETTINGS),
    "accounts.Cabinet": kept(SETTINGS),
    "accounts.CabinetEstablishment": kept(COMPANY),
    "accounts.CabinetMember": kept(PEOPLE),
    "accounts.Delegation": kept(COMPANY),
    "accounts.DelegationProfile": kept(COMPANY),
    "accounts.EmailChange": kept(PEOPLE),
    "accounts.Establishment": kept(COMPANY),
    "accounts.Invitation": kept(COMPANY),
    "accounts.Knock": kept("effacé dès qu'il est traité"),
    "accounts.Organisation": kept(COMPANY),
    "accounts.ProfileEstablishment": kept(COMPANY),
    "accounts.ShopInvitation": kept(COMPANY),
    "accounts.ShopMember": kept(PEOPLE),
    "accounts.SignUp": kept("effacé par l'entretien au bout d'une semaine"),
    "accounts.SiretCode": kept(PEOPLE),
    "accounts.User": kept(PEOPLE),
    "account.EmailAddress": kept(PEOPLE),
    "account.EmailConfirmation": kept(PEOPLE),
    "mfa.Authenticator": kept(PEOPLE),
    "usersessions.UserSession": kept(PEOPLE),
    "sessions.Session": kept("expire en douze heures"),
    "admin.LogEntry": kept(TECHNICAL),
    "auth.Group": kept(TECHNICAL),
    "auth.Permission": kept(TECHNICAL),
    "contenttypes.ContentType": kept(TECHNICAL),
}


class NoPlanError(Exception):
    """Somebody added a model or a file field and did not say what becomes of it."""


def check() -> None:
    """Refuse to work while anything has no plan, or a plan names what is not there."""
    problems = [*_models_without_plan(), *_files_without_plan()]
    if problems:
        raise NoPlanError("Sans plan de purge : " + ", ".join(problems) + ".")


def _models_without_plan() -> list[str]:
    known = {model._meta.label: model for model in apps.get_models()}
    return sorted(known.keys() ^ PLAN.keys())


def _files_without_plan() -> list[str]:
    found = []
    for model in apps.get_models():
        rule = PLAN.get(model._meta.label)
        fields = {field.name for field in model._meta.fields}
        held = {field.name for field in model._meta.fields if isinstance(field, models.FileField)}
        planned = {name.partition(".")[0] for name in rule.files} if rule else set()
        found += [f"{model._meta.label}.{name}" for name in sorted(held - planned | planned - fields)]
    return found


def key_of(column: str) -> sql.Composable:
    """The SQL of a column of `Rule.files`."""
    name, _, inner = column.partition(".")
    held = sql.Identifier(name)
    return sql.SQL("{} ->> {}").format(held, sql.Literal(inner)) if inner else held


def table_of(label: str) -> str:
    return str(apps.get_model(label)._meta.db_table)


def of_fate(fate: Fate) -> dict[str, Rule]:
    return {label: rule for label, rule in PLAN.items() if rule.fate == fate}
