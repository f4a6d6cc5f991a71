"""What is asked about dossiers, their list and their documents."""

from accounts.scope import Kind
from claims.workflow import WAITING, State
from portal.help.topics import Question, Theme

MISSING = Theme(
    "dossier-absent",
    "Un dossier n’apparaît pas",
    (
        Question(
            "aucun-dossier",
            "Je ne vois aucun dossier : pourquoi ?",
            (
                (
                    "Un dossier vous parvient par le SIRET que le cabinet y a inscrit. S’il n’apparaît pas, ce SIRET "
                    "est sans doute faux, ici ou dans la base du cabinet."
                ),
                (
                    "Appelez le cabinet et vérifiez ensemble que c’est le même SIRET, chiffre par chiffre, des deux "
                    "côtés."
                ),
            ),
            aside="portal/_help_sites.html",
            keywords="vide liste siret erreur introuvable",
        ),
        Question(
            "un-dossier-manque",
            "Il me manque un dossier précis : que faire ?",
            (
                (
                    "Cherchez d’abord son immatriculation dans l’onglet « Tous » : la recherche y trouve aussi les "
                    "dossiers terminés."
                ),
                (
                    "Toujours rien ? Le cabinet ne l’a peut-être pas encore transmis, ou l’a adressé à un autre "
                    "SIRET, par exemple celui d’un ancien local. Demandez-lui de vérifier le SIRET inscrit dans le "
                    "dossier."
                ),
            ),
            links=(("Je ne vois pas mon dossier", "missing_dossier"),),
            keywords="introuvable absent disparu plaque sinistre",
        ),
        Question(
            "etre-rappele",
            "Comment être rappelé par le cabinet ?",
            (
                "« Être rappelé », dans « Qui appeler » sur la page du dossier : votre numéro, le sujet, le moment.",
                (
                    "La demande reste sur la liste du cabinet jusqu’à l’appel, et vous en suivez l’état. Votre numéro "
                    "n’est montré qu’à ce cabinet, et effacé dès que vous avez été rappelé."
                ),
            ),
            links=(("Demander à être rappelé", "callback"),),
            keywords="téléphone rappel joindre appeler numéro",
        ),
        Question(
            "siret-change",
            "J’ai déménagé, mon SIRET a changé",
            (
                (
                    "Un nouveau local porte un nouveau SIRET : les neuf premiers chiffres (le SIREN) restent, les "
                    "cinq derniers changent. Donnez le nouveau à chaque cabinet ; les dossiers en cours restent sous "
                    "l’ancien tant que le cabinet ne les a pas rattachés au nouveau."
                ),
            ),
            keywords="siren nic déménagement adresse",
        ),
    ),
)

LIST = Theme(
    "liste",
    "Lire la liste des dossiers",
    (
        Question(
            "new-et-nombres",
            "Que veulent dire NEW, le nombre vert et le 0 noir ?",
            (
                (
                    "NEW : le cabinet a envoyé quelque chose depuis que vous avez ouvert ce dossier pour la dernière "
                    "fois. Chacun a ses propres NEW : ce qu’un collègue a lu reste nouveau pour vous."
                ),
                "Nombre vert : vous avez tout vu ; c’est le nombre de documents reçus du cabinet.",
                "0 noir : le cabinet n’a encore envoyé aucun document.",
            ),
            keywords="rouge pastille compteur documents",
        ),
        Question(
            "recherche",
            "Comment retrouver un dossier ?",
            (
                (
                    "La recherche lit la référence, le numéro de sinistre, l’immatriculation (avec ou sans tirets), "
                    "l’assuré, le véhicule et le SIRET. Majuscules et accents ne comptent pas ; plusieurs mots se "
                    "combinent : « clio durand »."
                ),
                "Si l’immatriculation a changé en cours de dossier, l’ancienne le retrouve aussi.",
                "L’adresse de la page garde l’onglet, la recherche et le tri : vous pouvez l’ajouter à vos favoris.",
            ),
            keywords="chercher filtre trier colonne plaque",
        ),
        Question(
            "colonnes-et-fichier",
            "Puis-je choisir les colonnes, ou avoir la liste dans un tableur ?",
            (
                (
                    "« Colonnes » montre ou retire chaque colonne ; votre choix, l’onglet et le plein écran vous "
                    "suivent d’un ordinateur à l’autre. Un clic sur un titre trie, un second inverse l’ordre."
                ),
                (
                    "« Exporter » donne toutes les pages de la liste affichée, avec ses filtres et ses colonnes, pour "
                    "Excel ou en CSV."
                ),
            ),
            keywords="excel csv xlsx exporter export tableur colonne plein écran",
        ),
        Question(
            "nouveautes",
            "Où retrouver ce qui vient d’arriver ?",
            (
                (
                    "La cloche, en haut de chaque page, mène aux nouveautés : documents et décisions de vos cabinets, "
                    "les non lus marqués. Ouvrir un dossier lit ses nouveautés et éteint son NEW."
                ),
            ),
            keywords="notification cloche bulle orange alerte",
        ),
        Question(
            "etre-informe",
            "Recevoir un e-mail quand un rapport arrive, ou en recevoir moins",
            (
                (
                    "Pour chaque type de document et de fait, choisissez : le portail seul, un e-mail aussitôt, ou un "
                    "résumé le matin des jours ouvrés. Le portail garde tout dans chaque cas, et ce que vous avez "
                    "déjà ouvert n’est pas annoncé de nouveau."
                ),
                (
                    "Deux autres e-mails se demandent au même endroit : ce qui vous attend le matin, et ce qui reste "
                    "en fin de journée. Le bas de chaque e-mail facultatif permet aussi de l’arrêter d’un clic. "
                    "Ceux qui touchent votre compte, vos accès et vos accusés de réception partent toujours."
                ),
            ),
            links=(("Choisir", "settings_notifications"),),
            keywords="préférences e-mail mail résumé digest désabonner désinscrire spam trop de mails",
        ),
        Question(
            "mises-a-jour",
            "Où relire les mises à jour du service ?",
            (
                (
                    "Elles s’affichent à l’ouverture du portail jusqu’à « Marquer comme lu », puis restent dans "
                    "« Mises à jour du service », dans le menu de votre compte."
                ),
            ),
            links=(("Mises à jour du service", "announcements"),),
            keywords="annonce nouveauté version fermeture cabinet",
        ),
        Question(
            "plusieurs-etablissements",
            "J’ai plusieurs établissements",
            (
                (
                    "Une seule connexion montre les dossiers de tous les établissements rattachés à votre "
                    "entreprise ; le filtre « Établissement » n’en garde qu’un."
                ),
                (
                    "Un établissement manque ? Prévenez un cabinet qui travaille avec lui : il vérifie le SIRET et "
                    "le fait rattacher à votre entreprise."
                ),
            ),
            keywords="siret site atelier filiale groupe",
        ),
        Question(
            "plusieurs-cabinets",
            "Je travaille avec plusieurs cabinets",
            (
                (
                    "Tous vos cabinets sont dans la même liste : la colonne « Cabinet » dit lequel vous a confié le "
                    "dossier, et le filtre « Cabinet » n’en garde qu’un. Un cabinet ne voit jamais les dossiers d’un "
                    "autre."
                ),
            ),
            keywords="expert expertise",
        ),
    ),
)


def _delays() -> tuple[str, ...]:
    """The table of the workflow in sentences, so that the help never says another delay than the dossiers do."""
    side = {Kind.REPAIRER: "à vous", Kind.STAFF: "au cabinet"}
    return tuple(
        f"« {State(state).label} » – {side[turn.who]} : {turn.expected}"
        + (f", sous {turn.working_days} jours ouvrés" if turn.working_days else "")
        for state, turn in WAITING.items()
        if turn.who is not None
    )


TURNS = Theme(
    "a-qui-de-jouer",
    "À qui de jouer, et jusqu’à quand",
    (
        Question(
            "tour",
            "Qui doit agir maintenant ?",
            (
                (
                    "En haut de chaque dossier, un bandeau le dit : « À vous de jouer » avec ce qui est attendu et "
                    "la date limite, ou « Au cabinet ». La liste reprend la même information dans la colonne "
                    "« État »."
                ),
            ),
            keywords="tour attente action bandeau",
        ),
        Question(
            "delais",
            "Quels sont les délais ?",
            (
                (
                    "Ils se comptent en jours ouvrés, jours fériés exclus, à partir du jour où le dossier est entré "
                    "dans son état. Ce sont des repères du portail : aucun texte ne les impose."
                ),
            ),
            steps=_delays(),
            keywords="délai échéance date limite retard",
        ),
        Question(
            "a-faire",
            "Où voir tout ce qui est attendu de moi ?",
            (
                (
                    "La page « À faire » réunit tous vos dossiers, de tous vos cabinets et établissements, le plus en "
                    "retard d’abord. Chaque ligne mène à la page où la chose se fait ; elle disparaît dès que c’est "
                    "fait."
                ),
            ),
            links=(("À faire", "todo"),),
            keywords="tâches retard liste attendu échéance",
        ),
        Question(
            "documents-demandes",
            "Le cabinet me demande des documents",
            (
                (
                    "La demande est en haut du dossier, avec sa date limite. Envoyez un document de chaque type "
                    "demandé : le portail le dit au cabinet. S’il vous faut plus de temps, « Demander plus de temps » "
                    "prolonge le délai aussitôt, autant de fois que le cabinet l’accorde."
                ),
            ),
            keywords="pièces demande délai prolonger prolongation",
        ),
        Question(
            "relances",
            "Comment ne plus être relancé ?",
            (
                (
                    "En envoyant ce qui manque, ou en annonçant une date : la date de livraison annoncée arrête les "
                    "relances de la facture jusqu’à ce jour. Une relance ne demande jamais ce qui est déjà envoyé, et "
                    "vous recevez une seule lettre par jour pour tous vos dossiers."
                ),
                "Le cabinet peut aussi suspendre les relances d’un dossier ; le dossier dit alors jusqu’à quand.",
            ),
            keywords="rappel relance e-mail facture suspendre",
        ),
        Question(
            "complement",
            "Comment demander un complément ?",
            (
                (
                    "Dans le dossier, « Complément » : écrivez ce qu’il faut, ajoutez des photos, ou les deux. "
                    "L’expert accepte, accepte en partie ou refuse, et dit pourquoi ; sa réponse arrive sur la même "
                    "page et dans « À faire »."
                ),
            ),
            keywords="supplément travaux supplémentaires photos expert accord",
        ),
        Question(
            "vehicule-de-pret",
            "Où noter un véhicule de prêt ?",
            ("Dans le dossier, panneau « Suivi » : le cabinet voit les dates du prêt dès que vous les enregistrez.",),
            keywords="prêt courtoisie contrôle technique suivi",
        ),
    ),
)

DOCUMENTS = Theme(
    "documents",
    "Documents",
    (
        Question(
            "a-jour-remplace",
            "Que veulent dire « à jour » et « remplacé » ?",
            (
                (
                    "« À jour » : c’est le dernier rapport, ou la dernière prise en charge. Réparez et facturez "
                    "d’après lui."
                ),
                "« Remplacé » : le cabinet en a envoyé un plus récent. L’ancien reste lisible, pour mémoire.",
            ),
            keywords="rapport version prise en charge ancien",
        ),
        Question(
            "document-manque",
            "Un document manque dans un dossier",
            (
                (
                    "Le portail montre ce que le cabinet a publié, dès qu’il l’a publié. S’il manque un rapport ou "
                    "une prise en charge, demandez-le au cabinet du dossier."
                ),
            ),
            keywords="rapport absent pdf photo",
        ),
        Question(
            "envoyer-un-document",
            "Comment envoyer un document ou des photos au cabinet ?",
            (
                (
                    "Dans le dossier, ouvrez « Envoyer » : choisissez vos fichiers, ou déposez-les sur la page, ou "
                    "prenez une photo. PDF, JPEG, PNG, WebP et HEIC conviennent, 25 Mo au plus par fichier."
                ),
                (
                    "Si la connexion se coupe, le transfert reprend tout seul. Chaque fichier est vérifié "
                    "avant l’envoi : un refus dit pourquoi et que faire, un avertissement vous laisse continuer."
                ),
            ),
            keywords="deposer joindre facture devis photo heic iphone upload transfert coupure",
        ),
        Question(
            "photos-guidees",
            "Comment envoyer les photos d’une expertise à distance (EAD) ou d’un examen sans déplacement (ESD) ?",
            (
                (
                    "Sur le téléphone, près de la voiture, ouvrez « Photos » dans le dossier : chaque vue demandée "
                    "par le cabinet a son dessin et son bouton. L’ordre est libre, et vos collègues peuvent continuer."
                ),
                (
                    "Chaque photo est vérifiée : trop petite, floue ou en double, elle vous le dit. Si la connexion "
                    "se coupe, l’envoi reprend tout seul ; ce qui est pris reste sept jours."
                ),
                (
                    "« Envoyer à l’expert » fait tout partir d’un coup, avec un album PDF et un accusé de dépôt. "
                    "L’ESD n’est pas proposé pour une mission confiée à un réparateur agréé."
                ),
            ),
            keywords="ead esd photo guidée appareil floue plaque vin compteur téléphone",
        ),
        Question(
            "accuse-de-depot",
            "À quoi sert l’accusé de dépôt ?",
            (
                (
                    "Il prouve ce que vous avez remis et quand : chaque fichier y est identifié par son empreinte "
                    "SHA-256. Vous le recevez à l’écran, par e-mail et en PDF."
                ),
                (
                    "Qui possède le numéro et le fichier peut vérifier l’envoi à l’adresse de l’accusé. Un seul octet "
                    "changé, et la vérification échoue."
                ),
            ),
            keywords="preuve recepisse verification sha empreinte numero",
        ),
    ),
)
