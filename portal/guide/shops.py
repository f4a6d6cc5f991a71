"""The guide of a shop: its people read it once, then look things up."""

from portal.help.topics import Question, Theme

SHOPS: tuple[Theme, ...] = (
    Theme(
        "commencer",
        "Commencer",
        (
            Question(
                "demander-un-compte",
                "Demander un compte",
                (("Un compte est une personne ; un établissement est un SIRET. Un compte peut en réunir plusieurs."),),
                (
                    (
                        "Sur la page de connexion, choisissez « Je n’ai pas de compte » et remplissez la "
                        "demande : entreprise, adresse e-mail, mobile, SIRET, code postal, cabinet."
                    ),
                    "Ouvrez le lien reçu par e-mail et confirmez la demande.",
                    (
                        "Le cabinet vérifie que le SIRET est le vôtre. S’il connaît votre adresse e-mail, un "
                        "code reçu à cette adresse suffit."
                    ),
                    ("Un e-mail vous dit que le compte est ouvert. Connectez-vous avec l’adresse et le mot de passe."),
                ),
            ),
            Question(
                "installer",
                "Mettre le portail sur l’écran d’accueil",
                (
                    (
                        "Dans le menu du navigateur du téléphone, choisissez « Ajouter à l’écran d’accueil » "
                        "ou « Installer ». Le portail s’ouvre alors comme une application. Il n’enregistre "
                        "aucun dossier sur l’appareil ; sans connexion, il le dit."
                    ),
                ),
            ),
            Question(
                "equipe",
                "Ouvrir le portail à votre équipe",
                (
                    (
                        "Chacun a son propre compte : ne partagez pas un mot de passe. Le menu à votre nom "
                        "mène à « Collaborateurs »."
                    ),
                ),
                (
                    (
                        "Créez un profil : des droits (consulter, déposer, facturer, dates, complément, "
                        "messages, tarifs, gérer les personnes) sur des établissements."
                    ),
                    (
                        "Invitez la personne par son adresse e-mail, avec ce profil et, si vous voulez, une "
                        "date de fin."
                    ),
                    ("Avec « Validation avant envoi », ce qu’elle envoie vous attend d’abord dans « À valider »."),
                ),
            ),
        ),
    ),
    Theme(
        "chaque-jour",
        "Chaque jour",
        (
            Question(
                "a-faire",
                "À faire",
                (
                    (
                        "« À faire » réunit ce que tous vos cabinets attendent de vous, le plus en retard "
                        "d’abord. Un clic mène à l’endroit où on le fait ; la ligne disparaît quand c’est "
                        "fait."
                    ),
                ),
            ),
            Question(
                "liste",
                "La liste des dossiers",
                (
                    (
                        "Les onglets suivent la vie du dossier et comptent les vôtres. « NEW » dit qu’un "
                        "document est arrivé depuis votre dernière visite ; ensuite, le nombre vert compte "
                        "les documents reçus."
                    ),
                    (
                        "La recherche accepte une référence, une immatriculation avec ou sans tirets, un "
                        "assuré, une marque, un numéro de sinistre, un SIRET, et plusieurs mots à la fois. La "
                        "touche « / » y mène. Dans l’onglet « Tous », elle trouve aussi les dossiers "
                        "terminés."
                    ),
                    (
                        "Chaque en-tête trie, dans les deux sens. « Colonnes » choisit ce qui est affiché, « "
                        "Exporter » donne la liste en CSV ou en tableur."
                    ),
                ),
            ),
            Question(
                "absent",
                "Un dossier n’apparaît pas",
                (
                    (
                        "Cherchez l’immatriculation dans « Tous ». Toujours rien ? « Je ne vois pas mon "
                        "dossier », dans l’aide, dit ce qui peut l’être et transmet votre demande au cabinet."
                    ),
                ),
                links=(("Je ne vois pas mon dossier", "missing_dossier"),),
            ),
        ),
    ),
    Theme(
        "un-dossier",
        "Un dossier",
        (
            Question(
                "en-haut",
                "Ce que dit le haut de la page",
                (
                    (
                        "L’état du dossier, puis qui doit agir : « À vous de jouer » sur fond orangé, « Au "
                        "cabinet » sur fond bleu, avec l’échéance. Le rapport à jour et la prise en charge "
                        "s’ouvrent en un clic."
                    ),
                ),
            ),
            Question(
                "documents",
                "Documents",
                (
                    (
                        "Les documents reçus et envoyés, avec leur type, leur date et leur taille. Un rapport "
                        "remplacé le dit et prévient avant de s’ouvrir : travaillez toujours sur celui qui "
                        "est « à jour ». Cochez des documents, ou aucun, pour les recevoir en une archive."
                    ),
                    "Un dépôt non conforme porte le motif du cabinet : envoyez le document corrigé.",
                ),
            ),
            Question(
                "envoyer",
                "Envoyer un document",
                (),
                (
                    "Choisissez des PDF ou des photos, déposez-les sur la page, ou prenez une photo.",
                    "Attendez la vérification : un refus dit quoi faire, un avertissement vous laisse décider.",
                    "Choisissez le type, puis « Envoyer au cabinet ».",
                    (
                        "Gardez l’accusé de dépôt : son numéro et le fichier prouvent l’envoi. « Vu par le "
                        "cabinet » s’y ajoute."
                    ),
                ),
            ),
            Question(
                "photos",
                "Photos guidées, sur le téléphone",
                (
                    (
                        "L’onglet « Photos » donne la liste des vues attendues : les quatre angles, la "
                        "plaque, le VIN, le compteur, les dommages de loin et de près, la carte grise. Chaque "
                        "photo part aussitôt prise et attend la connexion s’il le faut ; une photo floue ou "
                        "en double le dit."
                    ),
                ),
            ),
            Question(
                "dates",
                "Dates",
                (
                    (
                        "L’onglet « Expertise » porte les rendez-vous et les dates de réparation et de "
                        "livraison. Proposez une date ; le cabinet valide, refuse avec un motif ou en propose "
                        "une autre. Le rendez-vous sur place se choisit parmi les passages de l’expert. Une "
                        "livraison annoncée suspend les relances pour la facture."
                    ),
                    (
                        "« Agenda » montre toutes les dates. Son adresse privée les met dans le calendrier de "
                        "votre téléphone."
                    ),
                ),
            ),
            Question(
                "complement",
                "Complément",
                (
                    (
                        "Un dommage de plus, une pièce en retard : quelques mots, des photos, un montant. "
                        "L’expert accepte, accepte en partie ou refuse, avec son motif, et la demande reste "
                        "au dossier en PDF."
                    ),
                ),
            ),
            Question(
                "messages",
                "Messages",
                (
                    (
                        "Choisissez l’objet : il décide qui vous lit, l’expert ou le gestionnaire, et ce "
                        "qu’il faut joindre. Un objet grisé dit pourquoi il n’est pas possible. Une question "
                        "du cabinet reste dans « À faire » jusqu’à votre réponse."
                    ),
                ),
            ),
            Question(
                "facture",
                "Facture et fin du dossier",
                (
                    (
                        "Quand le dossier passe en « Attente de facture », envoyez-la depuis « Envoyer », "
                        "type « Facture ». Le dossier terminé reste dans l’onglet « Terminé » ; les "
                        "coordonnées de l’assuré n’y sont plus."
                    ),
                ),
            ),
        ),
    ),
    Theme(
        "tarifs",
        "Tarifs",
        (
            Question(
                "grille",
                "Remplir et envoyer la grille",
                (
                    (
                        "« Tarifs » garde une grille hors taxes par établissement. La saisie se fait comme "
                        "dans un tableur : flèches, Entrée, collage d’un bloc. Elle est enregistrée à mesure."
                    ),
                    (
                        "« Envoyer mes tarifs » en fait une version numérotée, définitive, transmise à tous "
                        "vos cabinets ; la page dit qui l’a reçue, ce qui a changé, et quel tarif "
                        "s’appliquait un jour donné."
                    ),
                ),
            ),
        ),
    ),
    Theme(
        "reglages",
        "Régler le portail",
        (
            Question(
                "prevenir",
                "Être prévenu comme on veut",
                (
                    (
                        "Dans « Paramètres », « Je veux être informé par » : pour chaque nouveauté, sur le "
                        "portail seulement, par e-mail aussitôt, ou dans un résumé quotidien. Le portail "
                        "garde toujours tout."
                    ),
                ),
            ),
            Question(
                "proteger",
                "Protéger le compte",
                (
                    (
                        "Un mot de passe de douze caractères au moins, jamais partagé. Ajoutez un second "
                        "facteur ou une clé d’accès dans « Paramètres ». « Sessions » montre où vous êtes "
                        "connecté et déconnecte partout."
                    ),
                ),
            ),
            Question(
                "clavier",
                "Au clavier",
                (
                    (
                        "Tab passe d’un lien à l’autre, Entrée ouvre. « / » mène à la recherche. Les flèches "
                        "changent de semaine dans l’agenda et de ligne dans les listes, les grilles de tarifs "
                        "et les photos. Échap ferme un menu, une photo ou le plein écran."
                    ),
                ),
            ),
        ),
    ),
)
