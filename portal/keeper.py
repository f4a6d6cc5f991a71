"""One process kept alive: restarted when it dies, ever more slowly when it keeps dying."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from portal.processes import Process, trim

WINDOW, TOO_MANY, SLOW = (
    60.0,
    5,
    30.0,
)  # seconds, deaths within them, seconds between tries from then on


@dataclass
class Kept:
    process: Process
    say: Callable[[str], None]
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=TOO_MANY))
    due: float | None = None  # when to start it again

    def tend(self) -> None:
        """Called about once a second."""
        if self.process.running:
            trim(self.process.log)
            return
        now = time.monotonic()
        if self.due is None:
            self.due = now + self._mourn(now)
        if now >= self.due:
            self.due = None
            self.process.start()

    def _mourn(self, now: float) -> float:
        """Tell the death and return the seconds to wait."""
        code = self.process.exit_code
        self.process.clear()
        self.deaths.append(now)
        recent = sum(now - death < WINDOW for death in self.deaths)
        name, log = self.process.name, self.process.log
        if recent >= TOO_MANY:
            self.say(
                f"ATTENTION : « {name} » est mort {recent} fois en une minute ; nouvel essai dans 30 s. Voyez {log}"
            )
            return SLOW
        self.say(f"« {name} » s’est arrêté (code {code}) ; il est relancé.")
        return float(2 ** (recent - 2))
