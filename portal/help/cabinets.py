"""What the staff of a cabinet ask about accounts and people."""

from portal.help.topics import Question, Theme

CABINETS = Theme(
    "cabinets",
    "Pour le personnel des cabinets",
    (
        Question(
            "decider-d-un-compte",
            "Un réparateur demande un compte : comment décider ?",
            (
                (
                    "Un SIRET est public : il ne prouve pas qui écrit. La page de la demande montre ce que vous savez "
                    "déjà : l’e-mail connu de votre cabinet, les dossiers de ce SIRET, les autres personnes du même "
                    "SIREN."
                ),
                (
                    "Approuvez en disant comment vous avez vérifié, demandez une précision, ou refusez avec un motif "
                    "que le demandeur lit. Si un collègue a décidé avant vous, la page vous le dit."
                ),
            ),
            keywords="administration approuver refuser demande siret vérification kbis",
        ),
        Question(
            "verifier-les-documents",
            "Vérifier ce que les réparateurs envoient",
            (
                (
                    "Depuis l’accueil, « Documents reçus à vérifier » montre le plus ancien d’abord. Ouvrez-le : "
                    "l’aperçu est à côté de la décision, et « Enregistrer » passe au suivant. Un document non "
                    "conforme a toujours un motif : le réparateur le lit et renvoie le document."
                ),
                "Une case dit le même résultat pour tout l’envoi ; dans la liste, une action en traite plusieurs.",
            ),
            keywords="administration conforme non conforme motif aperçu file facture devis photo",
        ),
        Question(
            "importer-un-fichier",
            "Importer nos dossiers depuis un fichier",
            (
                (
                    "Dans « Dossiers », « Importer un fichier » prend un CSV ou un XLSX. Le portail l’essaie "
                    "d’abord : vous lisez ce qu’il créerait, changerait et refuserait, avec le motif de chaque "
                    "ligne, puis vous importez. Les lignes à corriger se téléchargent."
                ),
            ),
            keywords="administration import csv xlsx excel tableur logiciel rejets",
        ),
        Question(
            "siret-a-corriger",
            "Un dossier porte un SIRET faux",
            (
                (
                    "« SIRET à corriger » propose le réparateur probable : un bouton rattache le dossier, et le "
                    "réparateur le voit aussitôt, avec ses documents."
                ),
            ),
            keywords="administration rattacher siret réparateur erreur",
        ),
        Question(
            "qui-a-change-quoi",
            "Savoir qui a changé une donnée",
            (
                (
                    "« Historique », en haut d’un dossier, d’un document ou d’une personne, donne le journal et "
                    "chaque valeur avant et après, import et corrections compris."
                ),
            ),
            keywords="administration historique journal modification audit",
        ),
        Question(
            "inviter-un-reparateur",
            "Inviter un réparateur que nous connaissons",
            (
                (
                    "Dans « Invitations des réparateurs », donnez le SIRET vérifié et l’adresse de la personne. Elle "
                    "reçoit un lien valable quatorze jours et choisit son mot de passe ; son établissement est ouvert "
                    "aussitôt. L’invitation peut être renvoyée ou annulée."
                ),
            ),
            keywords="administration invitation lien siret",
        ),
        Question(
            "droits-du-personnel",
            "Régler les droits d’une personne du cabinet",
            (
                (
                    "Dans « Membres des cabinets », un responsable invite une personne, choisit son rôle et coche ses "
                    "droits menu par menu ; « Tout donner » et « Tout retirer » vont plus vite. Un changement vaut à "
                    "la requête suivante."
                ),
                (
                    "Une personne peut ne voir que certains réparateurs, ou des dossiers choisis un par un : on les "
                    "cherche par numéro, immatriculation ou assuré. Un expert voit toujours les dossiers dont il est "
                    "l’expert."
                ),
            ),
            keywords="administration gestionnaire expert responsable menu confier dossiers assignés personnel",
        ),
        Question(
            "suspendre",
            "Suspendre un réparateur, ou une personne du cabinet",
            (
                (
                    "Sur la page du réparateur, « Suspendre l’accès » demande un motif, envoyé à ses responsables : "
                    "ils ne voient plus vos dossiers, sessions ouvertes comprises. Rien ne change avec les autres "
                    "cabinets, et « Rétablir l’accès » rend tout."
                ),
                "Pour une personne du cabinet, le même bouton est sur sa page.",
            ),
            keywords="administration bloquer fermer rétablir accès",
        ),
        Question(
            "second-facteur-du-personnel",
            "Pourquoi me demande-t-on un second facteur ?",
            (
                (
                    "Le personnel des cabinets voit beaucoup de dossiers : un mot de passe seul ne suffit pas. "
                    "Activez une application d’authentification ou une clé d’accès à la première connexion, et gardez "
                    "les codes de secours ailleurs que dans l’ordinateur."
                ),
            ),
            links=(("Second facteur", "mfa_index"),),
            keywords="administration totp clé double authentification obligatoire",
        ),
    ),
)
