"""What a failed attempt means, and when to try again."""

import logging
import secrets
import smtplib
from datetime import timedelta
from email.errors import MessageError

from django.core.mail import BadHeaderError

logger = logging.getLogger(__name__)

RETRIES = (10, 30, 120, 600, 3600)  # seconds before the next attempt; the last one repeats
GIVE_UP_AFTER = timedelta(hours=48)
UNREACHABLE = "le serveur de mail ne répond pas"
UNREACHABLE_RETRIES = (10, 30, 60)  # short: nothing is wrong with the mail, and one batch at a time asks


def delay(attempts: int) -> timedelta:
    """The wait after the n-th attempt, up to a fifth longer, so that mails refused together come back apart."""
    seconds = RETRIES[min(max(attempts, 1), len(RETRIES)) - 1]
    return timedelta(seconds=seconds * (1 + secrets.randbelow(200) / 1000))


def unreachable_delay(attempts: int) -> timedelta:
    return timedelta(seconds=UNREACHABLE_RETRIES[min(max(attempts, 1), len(UNREACHABLE_RETRIES)) - 1])


def judge(problem: Exception) -> tuple[bool, str]:
    """Whether the failure is final, and its reason in French; never an address nor the server's own words."""
    match problem:
        case smtplib.SMTPRecipientsRefused():
            code = next((answer[0] for answer in problem.recipients.values()), 0)
            if 500 <= code < 600:
                return True, f"adresse refusée par le serveur de mail ({code})"
            return False, f"adresse refusée pour l’instant ({code})"
        case smtplib.SMTPDataError() if 500 <= problem.smtp_code < 600:
            return True, f"message refusé par le serveur de mail ({problem.smtp_code})"
        case smtplib.SMTPResponseException():
            return False, f"le serveur de mail a répondu {problem.smtp_code}"
        case smtplib.SMTPNotSupportedError() | BadHeaderError() | UnicodeError() | MessageError():
            return True, "l’en-tête du message n’est pas valable"
        case OSError():
            return False, "la connexion au serveur de mail s’est interrompue"
    logger.error("A mail could not be written.", exc_info=problem)
    return False, f"erreur inattendue ({type(problem).__name__})"
