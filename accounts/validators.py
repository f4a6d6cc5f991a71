"""What may be typed for a SIRET, a postal code, a mobile number, a cabinet's code."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from stdnum.exceptions import ValidationError as NotANumber
from stdnum.fr import siret as stdnum_siret

validate_postal_code = RegexValidator(r"\A[0-9]{5}\Z", "Le code postal compte exactement 5 chiffres.")
validate_cabinet_code = RegexValidator(
    r"\A[A-Z0-9](?:[A-Z0-9-]{0,18}[A-Z0-9])?\Z", "Le code s’écrit en majuscules, chiffres et tirets (20 au plus)."
)
_SIRET_SEPARATORS = re.compile(r"[\s.\u00a0\u202f-]+")


def number_typed(text: str) -> int:
    """A row's key, or a number, as a page of ours posts it; 0, which no row has, for what no column could hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def clean_siret(value: str) -> str:
    """The 14 digits of a SIRET typed with or without spaces and dots; raises `ValidationError`.

    Rule: INSEE's (Luhn, and La Poste's exception), as kept by python-stdnum (stdnum/fr/siret.py).
    """
    digits = _SIRET_SEPARATORS.sub("", value)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 14 and digits[:9] != "000000000"):
        raise ValidationError("Le SIRET compte exactement 14 chiffres.", code="siret")
    try:
        return str(stdnum_siret.validate(digits))
    except NotANumber as problem:
        raise ValidationError("Ce SIRET n’est pas valide : vérifiez chaque chiffre.", code="siret") from problem


def validate_siret(value: str) -> None:
    if clean_siret(value) != value:
        raise ValidationError("Le SIRET s’écrit sans espace.", code="siret")


def clean_mobile(value: str) -> str:
    """A French mobile number in E.164 (`+33612345678`); raises `ValidationError` (plan: ARCEP decision 2018-0881)."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException as problem:
        raise ValidationError("Écrivez un numéro de mobile, par exemple 06 12 34 56 78.", code="mobile") from problem
    kinds = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in kinds:
        raise ValidationError("Écrivez un numéro de mobile, par exemple 06 12 34 56 78.", code="mobile")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def validate_mobile(value: str) -> None:
    if clean_mobile(value) != value:
        raise ValidationError("Le numéro s’écrit sous la forme +33612345678.", code="mobile")


def clean_phone(value: str) -> str:
    """A telephone number in E.164 (`+33450123456`), a fixed line or a mobile; raises `ValidationError`."""
    try:
        number = phonenumbers.parse(value, "FR")
    except phonenumbers.NumberParseException as problem:
        raise ValidationError("Écrivez un numéro de téléphone, par exemple 04 50 12 34 56.", code="phone") from problem
    if not phonenumbers.is_valid_number(number):
        raise ValidationError("Écrivez un numéro de téléphone, par exemple 04 50 12 34 56.", code="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def validate_phone(value: str) -> None:
    if clean_phone(value) != value:
        raise ValidationError("Le numéro s’écrit sous la forme +33450123456.", code="phone")


def display_siret(siret: str) -> str:
    """`801 856 360 00038`, with spaces that do not break."""
    return f"{siret[:3]}\u00a0{siret[3:6]}\u00a0{siret[6:9]}\u00a0{siret[9:]}" if len(siret) == 14 else siret


def display_mobile(number: str) -> str:
    """`06 12 34 56 78`, with spaces that do not break; a foreign number in its international form."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number, "FR")
    style = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(parsed, style.NATIONAL if parsed.country_code == 33 else style.INTERNATIONAL)
    return str(written).replace(" ", "\u00a0")
