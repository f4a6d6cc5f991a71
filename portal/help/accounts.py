"""What is asked about accounts: opening one, signing in, passwords and mails."""

from portal.help.topics import Question, Theme

SIGN_UP = Theme(
    "inscription",
    "Ouvrir un compte",
    (
        Question(
            "etapes-inscription",
            "Comment obtenir un compte, et sous quel délai ?",
            (
                (
                    "L’inscription prend deux minutes. Le délai de la décision est celui du cabinet choisi : si vous "
                    "êtes pressé, appelez-le."
                ),
            ),
            steps=(
                (
                    "Remplissez la demande : entreprise, adresse e-mail, mobile, SIRET, code postal, cabinet, mot de "
                    "passe."
                ),
                (
                    "Le cabinet choisi vérifie que le SIRET est bien le vôtre. Donnez l’adresse e-mail qu’il "
                    "connaît : la décision est plus rapide."
                ),
                "Un e-mail vous dit que le compte est ouvert, ou pourquoi il ne l’est pas.",
                "Connectez-vous : vos dossiers vous attendent.",
            ),
            links=(("Créer un compte", "sign_up"),),
            keywords="inscrire demande attente validation activation délai",
        ),
        Question(
            "un-seul-cabinet",
            "Dois-je m’inscrire auprès de chaque cabinet ?",
            (
                (
                    "Non. Choisissez celui qui vous confie le plus de missions : les dossiers des autres cabinets "
                    "qui connaissent votre SIRET arrivent dans la même liste."
                ),
            ),
        ),
        Question(
            "code-siret",
            "Prouver mon SIRET par un code",
            (
                (
                    "Inutile d’attendre la réponse du cabinet s’il connaît déjà l’adresse e-mail de votre atelier : "
                    "un code à six chiffres y est envoyé, et le recopier suffit."
                ),
                (
                    "Pour votre sécurité, la page ne dit pas si une adresse est connue. Rien reçu ? Le cabinet "
                    "répond de son côté à votre demande."
                ),
            ),
            steps=(
                "Connectez-vous : votre demande est affichée, ou ouvrez « Mes établissements ».",
                "Choisissez « Envoyer un code ».",
                "Recopiez dans les quinze minutes le code reçu par l’atelier.",
            ),
            keywords="preuve validation attente immédiat six chiffres",
        ),
        Question(
            "question-du-cabinet",
            "Le cabinet me pose une question avant de décider",
            (
                (
                    "Un e-mail vous l’annonce. Connectez-vous : la question est affichée avec votre demande, et un "
                    "champ pour y répondre. Le cabinet est prévenu aussitôt de votre réponse."
                ),
            ),
            keywords="demande précision attente répondre",
        ),
        Question(
            "mes-etablissements",
            "Ajouter un deuxième établissement, ou en quitter un",
            (
                (
                    "« Mes établissements » montre chaque SIRET de votre entreprise et les cabinets qui travaillent "
                    "avec lui. Un seul identifiant suffit pour tous, même de SIREN différents."
                ),
                (
                    "Quand une mission arrive sur un SIRET inconnu de votre SIREN, il vous est proposé ; rien n’est "
                    "ajouté sans votre demande."
                ),
            ),
            links=(("Mes établissements", "establishments"),),
            keywords="siret siren site ajouter quitter portefeuille déménagement plusieurs",
        ),
        Question(
            "invitation-cabinet",
            "Un cabinet m’a invité",
            (
                (
                    "Suivez le lien de son message, valable quatorze jours : vous choisissez votre mot de passe et "
                    "votre établissement est ouvert aussitôt. Lien périmé ? Le cabinet peut le renvoyer."
                ),
            ),
            keywords="invitation lien expert",
        ),
        Question(
            "collegue",
            "Un collègue veut un accès",
            (
                (
                    "Chacun a son propre compte : votre collègue fait sa demande avec le même SIRET et sa propre "
                    "adresse e-mail. Le responsable de votre entreprise est prévenu quand elle est acceptée."
                ),
                "Le responsable peut aussi l’inviter lui-même, avec des droits choisis : c’est plus rapide.",
            ),
            links=(("Créer un compte", "sign_up"), ("Inviter un collaborateur", "people")),
            keywords="collaborateur employé partage",
        ),
    ),
)

ACCOUNT = Theme(
    "connexion",
    "Connexion et mot de passe",
    (
        Question(
            "identifiant",
            "Où trouver mon identifiant ?",
            (
                "Réparateur : c’est l’adresse e-mail donnée à l’inscription, celle que le cabinet connaît.",
                "Collaborateur d’un garage : l’adresse e-mail de votre propre demande de compte.",
                "Personnel d’un cabinet : votre adresse e-mail professionnelle.",
                (
                    "Assuré ou client d’un cabinet : ce portail est réservé aux réparateurs et aux cabinets. "
                    "Adressez-vous au cabinet d’expertise, dont les coordonnées figurent sur votre courrier."
                ),
            ),
            keywords="login connexion e-mail adresse code accès",
        ),
        Question(
            "mot-de-passe-oublie",
            "J’ai oublié mon mot de passe",
            (
                (
                    "Personne ne peut vous le redonner : ni le cabinet ni le portail ne le connaissent. "
                    "Choisissez-en un nouveau."
                ),
            ),
            steps=(
                "Ouvrez « Mot de passe oublié » et donnez l’adresse e-mail de votre compte.",
                "Dans les minutes qui suivent, un e-mail vous apporte un lien, valable une heure et une seule fois.",
                "Choisissez un mot de passe d’au moins 12 caractères, puis connectez-vous.",
            ),
            links=(("Mot de passe oublié", "password_reset"),),
            keywords="perdu réinitialiser changer",
        ),
        Question(
            "email-pas-recu",
            "Je ne reçois pas l’e-mail du portail",
            (
                (
                    "Regardez dans les courriers indésirables (« spam »), puis ajoutez notre adresse d’expédition à "
                    "vos contacts : les messages suivants arriveront au bon endroit."
                ),
                (
                    "Toujours rien ? Votre compte porte peut-être une autre adresse. Appelez votre cabinet : il "
                    "vérifie avec vous l’adresse qui sert d’identifiant."
                ),
            ),
            aside="portal/_help_sender.html",
            keywords="spam indésirable courriel mail liste blanche expéditeur",
        ),
        Question(
            "changer-compte",
            "Comment changer de mot de passe, de mobile ou d’adresse e-mail ?",
            (
                "Ouvrez « Paramètres » : chaque changement y a son bouton.",
                (
                    "Une nouvelle adresse e-mail compte dès que vous ouvrez le lien qui lui est envoyé, dans les "
                    "24 heures. L’ancienne reçoit un avis. Prévenez aussi votre cabinet."
                ),
                "Un nouveau mot de passe déconnecte tous les autres appareils.",
            ),
            links=(("Paramètres", "settings"),),
            keywords="modifier téléphone numéro identifiant",
        ),
        Question(
            "second-facteur",
            "Qu’est-ce qu’une clé d’accès, et que faire si je change de téléphone ?",
            (
                (
                    "Une clé d’accès vous connecte par l’empreinte, le visage ou le code de votre appareil, sans mot "
                    "de passe à taper. Elle demande un navigateur récent où JavaScript est permis ; l’application "
                    "d’authentification et les codes de secours marchent partout."
                ),
                (
                    "Avant de changer de téléphone, ajoutez la nouvelle clé, puis retirez l’ancienne. Téléphone "
                    "perdu : connectez-vous avec un code de secours."
                ),
            ),
            links=(("Second facteur", "mfa_index"),),
            keywords="passkey empreinte double authentification totp code secours perdu",
        ),
        Question(
            "appareil-perdu",
            "J’ai perdu un appareil, ou je crains que quelqu’un se serve de mon compte",
            (
                (
                    "Ouvrez « Mes sessions » : vous y voyez où votre compte est ouvert. « Déconnecter partout » ferme "
                    "tout, ici aussi. Changez ensuite de mot de passe et prévenez votre cabinet."
                ),
            ),
            links=(("Mes sessions", "sessions"),),
            keywords="vol piratage déconnecter session",
        ),
        Question(
            "connexion-refusee",
            "Ma connexion est refusée",
            (
                (
                    "Vérifiez l’adresse, les majuscules du mot de passe et le pavé numérique. Au moindre doute, "
                    "choisissez un nouveau mot de passe."
                ),
                "Si la page dit que votre demande attend, le cabinet n’a pas encore décidé : appelez-le.",
            ),
            links=(("Mot de passe oublié", "password_reset"),),
            keywords="incorrect erreur bloqué",
        ),
    ),
)
