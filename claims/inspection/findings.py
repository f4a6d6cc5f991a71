"""The words of a verdict; the sentences people read stand in `claims/services/sentences.py`."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a file is not sent."""

    EMPTY = "empty"
    FORMAT = "format"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    NO_PAGE = "no_page"
    ACTIVE = "active"
    ATTACHMENT = "attachment"
    PIXELS = "pixels"
    HEAVY = "heavy"
    INFECTED = "infected"
    NO_PHOTO = "no_photo"


class Warning(StrEnum):  # noqa: A001 -- the word of the product
    """What one should know before sending it all the same."""

    REPAIRED = "repaired"
    FORM = "form"
    ANIMATED = "animated"
    SMALL = "small"
    OTHER_DOSSIER = "other_dossier"
    ALREADY_SENT = "already_sent"
    TWICE = "twice"


class Refused(Exception):  # noqa: N818 -- a verdict, not a mishap
    """Stops the examination with its verdict."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.detail = detail
