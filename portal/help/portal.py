"""What is asked about the portal itself: who sees what, how to work faster, whom to write to."""

from portal.help.topics import Question, Theme

PRIVACY = Theme(
    "confidentialite",
    "Qui voit quoi",
    (
        Question(
            "qui-voit-quoi",
            "Qui peut voir mes dossiers ?",
            (
                (
                    "Un dossier est visible de deux côtés seulement : le cabinet qui l’a ouvert et les personnes de "
                    "l’établissement auquel il est adressé. Aucun autre réparateur, aucun autre cabinet."
                ),
                (
                    "L’administration du réseau, qui ouvre les comptes des cabinets, y a aussi accès pour faire "
                    "fonctionner le service."
                ),
            ),
            links=(("Confidentialité", "privacy"),),
            keywords="confidentialité secret données personnelles rgpd concurrent",
        ),
        Question(
            "acces-suspendu",
            "Les dossiers d’un cabinet ont disparu",
            (
                (
                    "Un cabinet peut suspendre l’accès d’un établissement à ses dossiers ; ceux des autres cabinets "
                    "restent. Contactez le cabinet concerné."
                ),
            ),
            keywords="suspension suspendu bloqué",
        ),
        Question(
            "contact-assure",
            "Pourquoi ne vois-je plus le téléphone de l’assuré ?",
            ("Ses coordonnées ne sont montrées que tant que le dossier est ouvert.",),
            keywords="client numéro e-mail terminé",
        ),
    ),
)

COMFORT = Theme(
    "astuces",
    "Aller plus vite",
    (
        Question(
            "raccourci",
            "Y a-t-il des raccourcis clavier ?",
            (
                (
                    "La touche « / » place le curseur dans la recherche, sur la liste des dossiers et sur cette "
                    "page ; « Paramètres » permet de s’en passer. La touche Tab passe d’un lien à l’autre, Entrée "
                    "ouvre."
                ),
                (
                    "Dans une liste, les flèches haut et bas vont d’une ligne à l’autre, Début et Fin à la première "
                    "et à la dernière. Dans l’agenda, les flèches gauche et droite changent de semaine ou de mois. "
                    "Dans une grille de tarifs, les flèches et Entrée vont de case en case. Sur les photos, les "
                    "flèches passent à la suivante, « + » et « - » agrandissent et réduisent."
                ),
                "Échap ferme un menu, une photo, une annonce, et quitte le plein écran.",
            ),
            keywords="clavier touche slash",
        ),
        Question(
            "telephone",
            "Le portail marche-t-il sur téléphone ?",
            (
                (
                    "Oui, dans le navigateur, sans rien installer. Le menu du navigateur propose « Ajouter à l’écran "
                    "d’accueil » ou « Installer » : le portail s’ouvre alors comme une application. Aucun dossier "
                    "n’est gardé sur l’appareil."
                ),
            ),
            keywords="mobile tablette application",
        ),
    ),
)

CONTACT = Theme(
    "contact",
    "Nous écrire",
    (
        Question(
            "contact-dossier",
            "Une question sur un dossier",
            ("Adressez-vous au cabinet du dossier : lui seul connaît l’expertise, les montants et les dates.",),
            aside="portal/_help_cabinets.html",
            keywords="expert gestionnaire téléphone appeler joindre",
        ),
        Question(
            "contact-portail",
            "Une difficulté avec le portail",
            (
                (
                    "Écrivez à l’adresse ci-dessous pour ce qui touche au portail lui-même : connexion, page qui ne "
                    "s’affiche pas, message d’erreur. Elle ne peut répondre sur aucun dossier."
                ),
            ),
            aside="portal/_help_support.html",
            keywords="problème bug panne assistance support",
        ),
    ),
)
