"""Messages, as the help page answers them."""

from portal.help.topics import Question, Theme

MESSAGES = Theme(
    "messages",
    "Messages",
    (
        Question(
            "ecrire-au-cabinet",
            "Comment écrire à l’expert ou au conseiller client ?",
            (
                (
                    "L’objet choisi décide de qui vous lit : l’expert pour le technique, le conseiller client pour "
                    "l’administratif. La page le dit avant l’envoi."
                ),
                "Les documents joints entrent dans le dossier, avec un accusé de dépôt.",
            ),
            steps=(
                "Ouvrez le dossier, puis « Messages » et « Nouveau message ».",
                "Choisissez l’objet : le formulaire ne demande que ce qu’il faut.",
                "Envoyez : la réponse arrive dans le même échange.",
            ),
            links=(("Tous vos messages", "messages"),),
            keywords="message objet sujet expert conseiller client gestionnaire communication contact écrire",
        ),
        Question(
            "objet-indisponible",
            "Pourquoi un objet est-il grisé ?",
            (
                (
                    "La raison est écrite à la place du lien. L’examen sans déplacement (ESD) n’existe pas "
                    "pour une mission donnée à un réparateur agréé."
                ),
                "Une expertise terrain se demande une fois le dossier d’expertise à distance (EAD) envoyé.",
            ),
            keywords="ESD EAD agréé terrain indisponible gris refusé",
        ),
        Question(
            "question-par-message",
            "Le cabinet me pose une question : où répondre ?",
            (
                "Elle est dans « À faire » jusqu’à votre réponse, avec le jour où elle est attendue.",
                "Dès que vous avez répondu, elle quitte la liste et plus aucune relance ne part.",
            ),
            links=(("À faire", "todo"),),
            keywords="question répondre relance délai",
        ),
        Question(
            "message-a-valider",
            "Mon message est « transmis à votre responsable » : est-il parti ?",
            (
                (
                    "Pas encore. Votre responsable le lit dans « À valider » : il l’envoie tel quel, le modifie ou le "
                    "refuse en disant pourquoi. Il ne part qu’une fois."
                ),
            ),
            keywords="validation avant envoi collaborateur délégation brouillon",
        ),
    ),
)
