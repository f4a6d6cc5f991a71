"""What is asked about collaborators: inviting them, what each may do, and what waits for approval."""

from portal.help.topics import Question, Theme

PEOPLE = Theme(
    "collaborateurs",
    "Mes collaborateurs",
    (
        Question(
            "inviter-un-collaborateur",
            "Inviter un collaborateur et choisir ses droits",
            (
                (
                    "Un profil de délégation dit ce que l’on peut faire (consulter, déposer, facturer, dates, "
                    "complément, messages, tarifs, gérer les personnes) et dans quels établissements."
                ),
                "Chacun a son propre mot de passe : personne ne le choisit pour un autre.",
            ),
            steps=(
                "Ouvrez « Mes établissements », puis « Collaborateurs ».",
                "Créez un profil, ou prenez-en un : cochez les droits et les établissements.",
                "Écrivez l’adresse e-mail de la personne, choisissez le profil et, au besoin, des dates.",
                "Elle suit le lien reçu et choisit son mot de passe.",
            ),
            links=(("Collaborateurs", "people"),),
            keywords="délégation profil droits employé accès inviter responsable",
        ),
        Question(
            "validation-avant-envoi",
            "Que veut dire « validation avant envoi » ?",
            (
                (
                    "Ce que prépare un collaborateur de ce profil ne part pas tout de suite : un responsable le "
                    "relit, le valide, le modifie ou le refuse avec un motif. Le collaborateur est prévenu."
                ),
                "Rien n’arrive au cabinet avant la validation, et la page le dit à qui prépare l’envoi.",
            ),
            links=(("À valider", "drafts"),),
            keywords="brouillon relire accord responsable refuser amender",
        ),
        Question(
            "retirer-un-acces",
            "Retirer ou limiter dans le temps l’accès de quelqu’un",
            (
                (
                    "Sur la page de la personne, « Révoquer » ferme l’accès tout de suite, session ouverte comprise. "
                    "Des dates de début et de fin suffisent pour un remplacement : l’accès se ferme de lui-même."
                ),
                "Ce qu’elle a fait reste dans l’historique des dossiers.",
            ),
            links=(("Collaborateurs", "people"),),
            keywords="départ absence remplacement congés révoquer supprimer",
        ),
    ),
)
