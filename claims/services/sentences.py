"""What is said of a file that was looked at: why it is refused and what to do, or what to know before sending it."""

from typing import Any

from claims.inspection.findings import Refusal, Warning  # noqa: A004 -- ours
from claims.validators import MAX_FILE_SIZE

MEGABYTES = MAX_FILE_SIZE // (1024 * 1024)

REFUSALS: dict[str, str] = {
    Refusal.EMPTY: "Ce fichier est vide. Ouvrez l’original, enregistrez-le de nouveau, puis renvoyez-le.",
    Refusal.FORMAT: (
        "Ce fichier n’est ni un PDF, ni une photo{detail}. Enregistrez-le en PDF, ou envoyez une photo JPEG, PNG, "
        "WebP ou HEIC."
    ),
    Refusal.ENCRYPTED: (
        "Ce PDF est protégé par un mot de passe : le cabinet ne pourrait pas l’ouvrir. Enregistrez-le sans mot de "
        "passe, puis renvoyez-le."
    ),
    Refusal.BROKEN: (
        "Ce fichier est abîmé ou incomplet : il ne s’ouvre pas. Enregistrez-le de nouveau, ou reprenez la photo, puis "
        "renvoyez-le."
    ),
    Refusal.NO_PAGE: "Ce PDF n’a aucune page. Enregistrez-le de nouveau, puis renvoyez-le.",
    Refusal.ACTIVE: (
        "Ce PDF contient un programme{detail}. Imprimez-le « en PDF » (Imprimer, puis Enregistrer au format PDF) et "
        "envoyez ce nouveau fichier."
    ),
    Refusal.ATTACHMENT: (
        "Ce PDF cache une pièce jointe{detail}. Envoyez-la à part, et le document imprimé « en PDF » sans elle."
    ),
    Refusal.PIXELS: "Cette image est trop grande{detail}. Envoyez-la en 50 millions de pixels au plus.",
    Refusal.HEAVY: "Ce fichier est trop compliqué à ouvrir. Imprimez-le « en PDF », ou scannez-le, puis renvoyez-le.",
    Refusal.NO_PHOTO: "Ce n’est pas une photo : prenez la vue avec l’appareil photo, ou choisissez une image.",
    Refusal.INFECTED: "L’antivirus a reconnu un programme malveillant dans ce fichier. Ne l’envoyez à personne.",
}
WARNINGS: dict[str, str] = {
    Warning.REPAIRED: "Ce PDF était légèrement abîmé : le portail a pu le lire. Vérifiez qu’il s’affiche bien.",
    Warning.FORM: "Ce PDF contient un bouton qui envoie un formulaire : il est sans effet dans l’aperçu.",
    Warning.ANIMATED: "Cette image est animée : seule sa première vue est montrée.",
    Warning.SMALL: "Cette photo est très petite : on n’y lira sans doute rien.",
    Warning.OTHER_DOSSIER: "Ce document parle d’un autre de vos dossiers ({detail}). Vérifiez avant de l’envoyer.",
    Warning.ALREADY_SENT: "Ce fichier a déjà été envoyé {detail}.",
    Warning.TWICE: "Ce fichier est déjà dans cette liste{detail} : il ne partira qu’une fois.",
}


def refusal(found: dict[str, Any]) -> str:
    """The sentence of what the child refused; a child that died says nothing, which is a refusal too."""
    word = found.get("refusal", "") if found else Refusal.HEAVY
    detail = str(found.get("detail", ""))
    return REFUSALS[word].format(detail=f" ({detail})" if detail else "") if word else ""


def warnings(found: dict[str, Any]) -> list[str]:
    return [WARNINGS[word] for word in found.get("warnings", ()) if word in WARNINGS]


def warning(word: Warning, detail: str) -> str:
    return WARNINGS[word].format(detail=detail)
