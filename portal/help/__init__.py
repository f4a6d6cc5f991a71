"""The help page: its texts by theme, and the search over them."""

from portal.help.accounts import ACCOUNT, SIGN_UP
from portal.help.cabinets import CABINETS
from portal.help.dates import DATES
from portal.help.dossiers import DOCUMENTS, LIST, MISSING, TURNS
from portal.help.messages import MESSAGES
from portal.help.people import PEOPLE
from portal.help.portal import COMFORT, CONTACT, PRIVACY
from portal.help.rates import RATES
from portal.help.topics import Theme

THEMES: tuple[Theme, ...] = (
    MISSING,
    LIST,
    TURNS,
    DOCUMENTS,
    MESSAGES,
    DATES,
    RATES,
    SIGN_UP,
    ACCOUNT,
    PEOPLE,
    CABINETS,
    PRIVACY,
    COMFORT,
    CONTACT,
)
