"""How often something may be tried; counted in the shared cache, and not at all while that is away.

A count lives until nothing was counted for its whole time, so that no window of that length holds more than the limit.
"""

import contextlib
import hashlib
from dataclasses import dataclass

from django.core.cache import cache


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries of one kind within so many seconds."""

    name: str
    amount: int
    seconds: int

    def take(self, who: str) -> bool:
        """Count one try of `who`; False when it is one too many. Counting first keeps parallel tries honest."""
        place = self._place(who)
        cache.add(place, 0, self.seconds)
        try:
            allowed = cache.incr(place) <= self.amount
        except ValueError:  # it ran out between the two lines
            return True
        if allowed:
            cache.touch(place, self.seconds)
        return allowed

    def is_reached(self, who: str) -> bool:
        """Whether the next try would be one too many; it counts nothing."""
        return int(cache.get(self._place(who)) or 0) >= self.amount

    def give_back(self, who: str) -> None:
        """The try was a good one."""
        with contextlib.suppress(ValueError):
            cache.decr(self._place(who))

    def forget(self, who: str) -> None:
        cache.delete(self._place(who))

    def _place(self, who: str) -> str:
        return f"limite:{self.name}:{hashlib.sha256(who.encode()).hexdigest()}"


SIGN_INS = Limit("connexion", 10, 15 * 60)  # for an account, and apart for each browser that once signed in to it
SIGN_INS_OF_ADDRESS = Limit("connexion-adresse", 200, 15 * 60)
SIGN_UPS = Limit("inscription", 5, 3600)  # for an e-mail address
SIGN_UPS_OF_ADDRESS = Limit("inscription-adresse", 100, 3600)
RESETS_OF_ADDRESS = Limit("mot-de-passe-adresse", 60, 3600)
PASSWORD_CHECKS = Limit("mot-de-passe-actuel", 10, 15 * 60)  # for a signed-in person
EMAIL_CHANGES = Limit("changement-adresse", 5, 3600)  # for a signed-in person
RESETS_UNCHECKED = Limit("mot-de-passe-sans-verification", 3, 3600)  # for a visitor's address; then the guard asks
QUESTIONS_OF_ADDRESS = Limit("question-adresse", 10, 3600)  # the guard's way without JavaScript
QUESTIONS = Limit("question", 300, 3600)  # the same, from everywhere
CODES = Limit("code-siret", 20, 3600)  # tries of one person, whatever their requests
