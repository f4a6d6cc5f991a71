"""Rates, as the help page answers them."""

from portal.help.topics import Question, Theme

RATES = Theme(
    "tarifs",
    "Tarifs",
    (
        Question(
            "envoyer-mes-tarifs",
            "Comment communiquer mes tarifs à mes cabinets ?",
            (
                "Une grille hors taxes par établissement, une ligne par payeur. Laissez vide le reste.",
                "La saisie est enregistrée à mesure : vous pouvez la finir plus tard, sur un autre poste.",
            ),
            steps=(
                "Ouvrez « Tarifs », puis « Remplir une grille ».",
                "Écrivez les montants, avec une virgule ou un point, ou collez un bloc copié d’un tableur.",
                "Choisissez la date d’application, puis « Envoyer mes tarifs ».",
            ),
            links=(("Mes tarifs", "tariffs"),),
            keywords="grille taux horaire remise peinture T1 M1 opaque vernis nacré tableur excel csv compagnie",
        ),
        Question(
            "changer-un-tarif",
            "Puis-je corriger une grille déjà envoyée ?",
            (
                "Non : une version envoyée ne change plus, chacun garde ce qu’il a reçu. Envoyez-en une autre.",
                "De deux grilles pour le même jour, la dernière envoyée compte. Sa page la compare avec les autres.",
            ),
            links=(("Mes tarifs", "tariffs"),),
            keywords="modifier erreur version historique annuler différence",
        ),
        Question(
            "tarif-par-marque",
            "J’ai d’autres tarifs pour une marque, ou dès l’an prochain",
            (
                "Écrivez la marque en haut de la grille : elle ne vaut que pour elle. Une grille par marque.",
                "La date d’application peut être à venir : la grille d’aujourd’hui reste en vigueur jusque-là.",
            ),
            keywords="marque concernée date application avance à venir augmentation janvier",
        ),
        Question(
            "quel-tarif",
            "Quel tarif s’applique à un dossier ?",
            (
                (
                    "La ligne du payeur, d’abord dans la grille de la marque, puis dans celle de toutes les marques ; "
                    "sans elle, la ligne « PUBLIC », dans le même ordre."
                ),
                "« Quel tarif s’appliquait le… » répond pour un jour, un payeur et une marque, et dit pourquoi.",
            ),
            links=(("Chercher un tarif", "tariffs"),),
            keywords="public macif covea matmut maif capsauto elexia assercar règle jour payeur",
        ),
        Question(
            "qui-voit-mes-tarifs",
            "Qui voit mes tarifs ?",
            (
                "Les cabinets qui travaillent avec l’établissement, et vos collaborateurs qui en ont le droit.",
                "Jamais un autre réparateur. La page dit quel cabinet en a accusé réception, et quand.",
            ),
            keywords="confidentiel concurrent accusé réception transmis",
        ),
    ),
)
