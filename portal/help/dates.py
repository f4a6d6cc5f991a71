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
                "Dans le dossier, « Expertise » montre les quatre dates : RDV terrain, EAD, réparation, livraison.",
                "Un RDV terrain se choisit parmi les jours de passage de l’expert.",
                "Si le cabinet l’accepte, « Un autre jour » permet d’en proposer un autre.",
            ),
            steps=(
                "Ouvrez le dossier, puis « Expertise ».",
                "Appuyez sur « Proposer une date » et choisissez.",
                "Le cabinet valide, refuse ou propose une autre date : vous le lisez ici et par e-mail.",
            ),
            keywords="rdv terrain ead visite passage proposition contre-proposition refuser accepter examen VE",
        ),
        Question(
            "date-changee",
            "Pourquoi le portail me dit-il que l’autre partie « a agi le premier » ?",
            (
                "Vous et le cabinet avez agi au même moment, ou la page était ouverte depuis longtemps.",
                "Rien n’a été changé : la page montre où en est la date, et vous pouvez recommencer.",
            ),
            keywords="conflit double clic entre-temps",
        ),
        Question(
            "annoncer-la-livraison",
            "Comment annoncer la livraison et la facture ?",
            ("Proposez la date de livraison et de facturation dans « Expertise » : il sait quand l’attendre.",),
            keywords="relance facture livraison fin de travaux",
        ),
        Question(
            "vehicule-non-vu",
            "L’expert n’est pas venu, ou le véhicule n’était pas là : que faire ?",
            (
                (
                    "Dans le dossier, « Suivi », puis « Signaler un véhicule non vu, ou non enlevé » : dites le jour "
                    "et ce qui s’est passé. Le sujet « Véhicule non vu » des messages fait de même."
                ),
                (
                    "Le dossier le montre aussitôt, et le cabinet doit donner une autre date. La mention s’en va "
                    "quand la date est fixée."
                ),
            ),
            keywords="rendez-vous manqué absent non vu expert",
        ),
        Question(
            "vehicule-non-enleve",
            "Un véhicule à enlever occupe mon atelier : comment le dire ?",
            (
                (
                    "Signalez-le depuis « Suivi », dans le dossier, ou par le sujet « Véhicule non enlevé ». Les "
                    "jours de garde se comptent depuis le jour que vous écrivez, et le cabinet doit le faire enlever."
                ),
                "Quand il est parti, dites-le au même endroit : la durée reste dans les étapes.",
            ),
            keywords="épaviste gardiennage stationnement enlèvement cession",
        ),
        Question(
            "rappels-personnels",
            "Comment me rappeler de faire quelque chose sur un dossier ?",
            (
                (
                    "« Mes rappels sur ce dossier », dans « Suivi » : le jour, l’heure, qui appeler, où. Vous le "
                    "retrouvez dans l’agenda et dans votre calendrier, qui sonne."
                ),
                "Un rappel n’est vu que de vous, ou de vos collègues si vous le partagez ; jamais du cabinet.",
            ),
            keywords="tâche mémo pense-bête alarme reporter",
        ),
        Question(
            "agenda-telephone",
            "Comment avoir mes rendez-vous dans Outlook, Google ou mon téléphone ?",
            (
                "« Agenda » crée une adresse privée : collez-la dans « S’abonner à un calendrier ».",
                "Une date proposée y est provisoire, une date validée confirmée, une date retirée annulée.",
                "Qui a l’adresse lit vos rendez-vous : « Changer l’adresse » coupe l’ancienne aussitôt.",
            ),
            links=(("Ouvrir l’agenda", "agenda"),),
            keywords="ical ics icalendar calendrier abonnement synchroniser",
        ),
    ),
)
