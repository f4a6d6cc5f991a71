"""The guide of a cabinet's staff: the administration, in the order of a day."""

from portal.help.topics import Question, Theme

CABINETS: tuple[Theme, ...] = (
    Theme(
        "commencer",
        "Commencer",
        (
            Question(
                "entrer",
                "Entrer dans l’administration",
                (
                    (
                        "Le personnel se connecte par la même page que les réparateurs et arrive dans "
                        "l’administration. Un second facteur est demandé : une application d’authentification "
                        "ou une clé d’accès, à préparer à la première connexion. Gardez les codes de secours "
                        "ailleurs que dans l’ordinateur."
                    ),
                ),
            ),
            Question(
                "accueil",
                "L’accueil : ce qui attend",
                (
                    (
                        "La première page compte ce qui attend le cabinet, et ce qui est en retard : demandes "
                        "de compte, SIRET à corriger, dossiers que des réparateurs ne voient pas, dates, "
                        "documents à vérifier, compléments, rappels, messages, réponses à valider, grilles de "
                        "tarifs. Chaque ligne mène à la liste filtrée. Vous n’y voyez que ce que vos droits "
                        "vous ouvrent."
                    ),
                    (
                        "« Mes dossiers » ne compte que les vôtres. « Trouver un dossier » cherche partout : "
                        "référence, immatriculation, assuré, SIRET."
                    ),
                ),
            ),
        ),
    ),
    Theme(
        "reparateurs",
        "Les réparateurs",
        (
            Question(
                "comptes",
                "Décider d’une demande de compte",
                ("Un SIRET est public : il ne prouve pas qui écrit.",),
                (
                    (
                        "Ouvrez la demande : elle montre les dossiers de ce SIRET, l’e-mail que vous "
                        "connaissez, les autres personnes du même SIREN."
                    ),
                    (
                        "Vérifiez par un moyen que vous connaissez déjà, par exemple en appelant le numéro de "
                        "vos dossiers."
                    ),
                    (
                        "Approuvez en disant comment vous avez vérifié, posez une question, ou refusez avec "
                        "un motif : le demandeur le lit."
                    ),
                ),
            ),
            Question(
                "inviter",
                "Inviter un réparateur",
                (
                    (
                        "« Invitations des réparateurs » : le SIRET vérifié et l’adresse de la personne. Elle "
                        "choisit elle-même son mot de passe ; personne d’autre ne le connaît."
                    ),
                ),
            ),
            Question(
                "suspendre",
                "Suspendre un accès",
                (
                    (
                        "Sur la page du réparateur, « Suspendre l’accès » demande un motif. Ses personnes ne "
                        "voient plus vos dossiers, tout de suite ; rien ne change chez les autres cabinets. « "
                        "Rétablir l’accès » rend tout."
                    ),
                ),
            ),
            Question(
                "rappels",
                "Rappeler un réparateur",
                (
                    (
                        "« Demandes de rappel », les plus en retard d’abord : le nom, le numéro, le sujet. Après "
                        "l’appel, « Noter l’appel » dit ce qui en est sorti ; un appel sans réponse reste à "
                        "refaire."
                    ),
                ),
            ),
            Question(
                "introuvables",
                "Un réparateur ne voit pas son dossier",
                (
                    (
                        "« Dossiers introuvables » montre ce que vous avez sous cette immatriculation ou ce "
                        "numéro. Rattachez le dossier s’il n’est à personne, puis répondez : le réparateur lit "
                        "votre réponse."
                    ),
                ),
            ),
            Question(
                "siret",
                "Un SIRET à corriger",
                (
                    (
                        "Un dossier importé avec un SIRET faux n’est montré à personne. Sa page propose les "
                        "réparateurs connus : rattachez-le, le réparateur le voit aussitôt."
                    ),
                ),
            ),
        ),
    ),
    Theme(
        "dossiers",
        "Les dossiers",
        (
            Question(
                "avancer",
                "Faire avancer un dossier",
                (
                    (
                        "La page d’un dossier ne propose que les actions permises dans son état. Chacune est "
                        "notée dans les étapes, que le réparateur lit aussi ; il est prévenu comme il l’a "
                        "choisi."
                    ),
                ),
            ),
            Question(
                "publier",
                "Publier un document",
                (
                    (
                        "Choisissez le type et le fichier, puis « Publier ». Un nouveau rapport remplace le "
                        "précédent : l’ancien reste lisible, marqué « remplacé », et le réparateur est averti "
                        "avant de l’ouvrir."
                    ),
                ),
            ),
            Question(
                "demander",
                "Demander des documents",
                (
                    (
                        "Cochez les types attendus et donnez l’échéance. La demande paraît dans « À faire » "
                        "du réparateur et les relances suivent vos règles ; elles s’arrêtent d’elles-mêmes "
                        "quand c’est envoyé."
                    ),
                ),
            ),
            Question(
                "qualifier",
                "Vérifier ce qui arrive",
                (
                    (
                        "« Vérifier un document du réparateur » : conforme, ou non conforme avec un motif de "
                        "votre liste. Le réparateur lit le motif et sait quoi renvoyer."
                    ),
                ),
            ),
            Question(
                "dates",
                "Dates",
                (
                    (
                        "« Dates à valider » les réunit. Validez, refusez avec un motif, ou proposez une "
                        "autre date. Les jours de passage de vos experts, dans les paramètres, sont ceux que "
                        "le réparateur peut choisir."
                    ),
                ),
            ),
            Question(
                "complements",
                "Compléments",
                (
                    (
                        "La demande, ses photos et son PDF sont au dossier. L’expert accepte, accepte en "
                        "partie avec le montant, ou refuse avec un motif lu par le réparateur."
                    ),
                ),
            ),
            Question(
                "messages",
                "Messages",
                (
                    (
                        "« Messages de réparateurs sans réponse » les réunit. Répondez, confiez l’échange à "
                        "un collègue, ou fermez-le. Une question du cabinet reste dans « À faire » du "
                        "réparateur jusqu’à sa réponse. Sans le droit de répondre seul, votre réponse part "
                        "une fois validée par un expert."
                    ),
                ),
            ),
        ),
    ),
    Theme(
        "cabinet",
        "Le cabinet",
        (
            Question(
                "personnel",
                "Personnel et droits",
                (
                    (
                        "« Membres des cabinets » : un responsable invite, choisit un rôle et coche les "
                        "droits menu par menu. Une personne peut ne voir que certains réparateurs ou certains "
                        "dossiers ; un expert voit toujours les siens. Un changement vaut à la requête "
                        "suivante."
                    ),
                ),
            ),
            Question(
                "reglages",
                "Réglages",
                (
                    (
                        "Règles de suivi (délais, nombre de relances), jours de passage, objets de message, "
                        "motifs de non-conformité, photos demandées, annuaire montré aux réparateurs."
                    ),
                ),
            ),
            Question(
                "tarifs",
                "Tarifs reçus",
                (
                    (
                        "Chaque version envoyée par un réparateur arrive numérotée et ne change plus. En "
                        "prendre connaissance le lui dit."
                    ),
                ),
            ),
            Question(
                "import",
                "Importer depuis votre logiciel",
                (
                    (
                        "Sur la liste des dossiers, « Importer un fichier » prend un CSV ou un XLSX de 50 Mo au "
                        "plus. Le fichier est d’abord essayé : la page dit ce qu’il ferait, et chaque ligne "
                        "refusée avec son numéro, sa colonne et la raison. « Importer » fait entrer les bonnes. "
                        "Recommencer avec le même fichier ne change rien."
                    ),
                    (
                        "Pour des documents, ou chaque nuit, l’exploitation lance « import_documents » et "
                        "« import_dossiers »."
                    ),
                ),
            ),
            Question(
                "listes",
                "Listes, exports et statistiques",
                (
                    (
                        "Chaque liste se cherche et se filtre ; « Exporter en CSV » et « Exporter en XLSX » "
                        "donnent les dossiers ainsi filtrés. « Statistiques », au bas de l’accueil, donne les "
                        "délais de chaque étape, les volumes et les documents refusés, à l’écran et en CSV."
                    ),
                ),
            ),
        ),
    ),
)
