"""Numbers that look right and belong to nobody: SIRET, plates, VIN, telephones, references."""

from datetime import date
from random import Random

PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"  # neither I, O nor U
VIN_SIGNS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"  # neither I, O nor Q
# What the regulator keeps for works of fiction (Arcep, decision 2018-0881, national numbering plan).
FICTION_LANDLINES = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
FICTION_MOBILE = "06 39 98"
ODD_PLATES = ("WW-482-KD", "GE 7431 CH", "AB-12-CDE", "M-AX 2207", "B-804-EMO")


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` and itself pass Luhn's test."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def siren(number: int) -> str:
    """A SIREN in a range INSEE has not reached: 99…"""
    digits = f"99{number:06d}"
    return digits + luhn_digit(digits)


def siret(company: str, rank: int) -> str:
    """The SIRET of the company's establishment of this rank, from 1."""
    digits = f"{company}{rank:04d}"
    return digits + luhn_digit(digits)


def plate(rng: Random) -> str:
    """Mostly since 2009 (SIV), some older (FNI), a few that match nothing."""
    draw = rng.random()
    if draw < 0.01:
        return rng.choice(ODD_PLATES)
    if draw < 0.05:
        return f"{rng.randint(11, 9999)} {_letters(rng)} {rng.choice(('38', '73', '74', '69', '2A', '972'))}"
    separator = "" if draw > 0.96 else "-"
    return separator.join((_letters(rng), f"{rng.randint(1, 999):03d}", _letters(rng)))


def _letters(rng: Random) -> str:
    pair = rng.choice(PLATE_LETTERS) + rng.choice(PLATE_LETTERS)
    return "SR" if pair in {"SS", "WW"} else pair


def vin(rng: Random) -> str:
    return "VFXDEM" + "".join(rng.choices(VIN_SIGNS, k=11))


def landline(rng: Random, zone: int) -> str:
    return f"{FICTION_LANDLINES[zone]} {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}"


def mobile(rng: Random) -> str:
    return f"{FICTION_MOBILE} {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}"


def reference(code: str, number: int, mission_on: date) -> str:
    """Each cabinet numbers its own way: plain digits, leading zeros, letters and « / »."""
    if code == "ATMOS":
        return f"{mission_on:%y}5{number:06d}"
    if code == "BELLEDONNE":
        return f"00{number:07d}"
    return f"{mission_on:%y}/{number:05d}-C" if number % 5 == 0 else f"C{mission_on:%y}X{number:05d}"


def claim_number(rng: Random) -> str:
    style = rng.random()
    if style < 0.4:
        return f"{rng.randint(10**9, 10**10 - 1)}"
    if style < 0.7:
        return f"00{rng.randint(10**6, 10**7 - 1)}"
    if style < 0.85:
        return f"M{rng.randint(10**7, 10**8 - 1)}{rng.choice('ABCDEFGH')}"
    return f"{rng.randint(20, 26)}/{rng.randint(10**5, 10**6 - 1)}/{rng.choice('ABC')}" if style < 0.95 else ""
