"""Dates and agenda, as the help page answers them."""

from portal.help.topics import Question, Theme

DATES = Theme(
    "dates",
    "Rendez-vous et agenda",
    (
        Question(
            "proposer-une-date",
            "Comment proposer un rendez-vous ou une date ?",
            (
                "Dans le dossier, « Expertise » montre les quatre dates : RDV terrain, expertise à distance, réparation, "
                "livraison et facturation. Pour un véhicule en procédure VE s’y ajoutent les examens pendant et après "
                "travaux.",
                "Un RDV terrain se choisit parmi les jours de passage de l’expert. Si le cabinet l’accepte, « Un autre "
                "jour » permet d’en proposer un autre.",
            ),
            steps=(
                "Ouvrez le dossier, puis « Expertise ».",
                "Appuyez sur « Proposer une date » et choisissez.",
                "Le cabinet valide, refuse avec un motif, ou vous propose une autre date : vous le lisez ici et par e-mail.",
            ),
            keywords="rdv terrain ead visite passage proposition contre-proposition refuser accepter",
        ),
        Question(
            "date-changee",
            "Pourquoi le portail me dit-il que l’autre partie « a agi le premier » ?",
            (
                "Vous et le cabinet avez agi au même moment, ou la page était ouverte depuis longtemps. Rien n’a été "
                "changé : la page montre où en est la date, et vous pouvez recommencer si c’est encore utile.",
            ),
            keywords="conflit double clic entre-temps",
        ),
        Question(
            "annoncer-la-livraison",
            "Comment ne pas être relancé pour la facture ?",
            (
                "Annoncez la date de livraison et de facturation dans « Expertise » : les relances s’arrêtent jusqu’à "
                "ce jour.",
            ),
            keywords="relance facture livraison fin de travaux",
        ),
        Question(
            "agenda-telephone",
            "Comment avoir mes rendez-vous dans Outlook, Google ou mon téléphone ?",
            (
                "« Agenda » crée une adresse privée à coller dans votre agenda (« S’abonner à un calendrier », « À partir "
                "d’une URL »). Une date proposée y est provisoire, une date validée confirmée, une date retirée annulée.",
                "Qui a l’adresse lit vos rendez-vous, sans le nom de l’assuré : « Changer l’adresse » coupe l’ancienne "
                "aussitôt.",
            ),
            links=(("Ouvrir l’agenda", "agenda"),),
            keywords="ical ics icalendar calendrier abonnement synchroniser",
        ),
    ),
)
