"""The words the demonstration is made of: every person, company, insurer and number in it is invented."""

FIRST_NAMES = """
    Adèle Agathe Alban Alix Amandine Anaïs Antonin Augustin Aurélie Basile Bérénice Camille Capucine Céleste Charlie
    Clémence Corentin Dominique Édith Élie Éloïse Estelle Eugénie Félix Flavie Florent Garance Gaspard Gwenaëlle
    Hélène Hugo Inès Jérémie Joséphine Kévin Léonie Lilian Maël Maxence Noé Océane Ophélie Perrine Quentin Rémi
    Sacha Sévérine Théo Ursule Valentine Yann Zoé
""".split()  # noqa: SIM905 -- as lines of text
SURNAMES = """
    ABRIC AUBÉPIN BARDEAU BELLECOMBE BOISJOLI BRÛLEFER CHAMPVERT CHÂTAIGNE CLAIRVAL COMBEDOUCE DUPONT DURAND
    ÉPINETTE FONTBLANC FOUGERAIE GENÉVRIER GRANDPRÉ HAUTEROCHE JOLIBOIS LAROCHELLE LAVANDIN LE-GALLO MALVOISIN
    MARTIN MONTFLEURI NOISETTE NOUVEL OLIVETTE PÂQUERET PETIT PRUNELLIER QUATREVENTS ROUGEMONT SAINT-AUBIN SORBIER
    TILLEUL TOURNESOL VALOMBRE VERTEFEUILLE YEUSE
""".split()  # noqa: SIM905 -- as lines of text
# A name never stands alone: nobody's own can be met by chance.
MARK = "EXEMPLE"

INSURERS = (
    ("901", "Mutuelle d'exemple"),
    ("902", "Assurances fictives de l'Ouest"),
    ("042", "La Prudente imaginaire"),
    ("907", "Prévoyance modèle **"),
    ("955", "Garantie d'essai – flottes"),
    ("9A3", "Caisse inventée des artisans"),
    ("018", "Mutuelle d'exemple (Sud)"),
    ("", "Société d'assurance démonstration"),
)
PRINCIPALS = ("Plateforme d'exemple Sinistres", "Courtage démonstration", "Loueur fictif longue durée")

VEHICLES = (
    ("Peugeot", ("208", "308 SW", "3008", "2008 II", "Partner")),
    ("Renault", ("Clio V", "Captur", "Mégane E-Tech", "Kangoo", "Twingo III")),
    ("Citroën", ("C3", "C4 Picasso", "Berlingo", "C5 Aircross")),
    ("Dacia", ("Sandero Stepway", "Duster", "Jogger", "Spring")),
    ("Volkswagen", ("Polo", "Golf VIII", "T-Roc", "Caddy")),
    ("Toyota", ("Yaris hybride", "Corolla Touring", "C-HR")),
    ("Ford", ("Fiesta", "Puma", "Transit Custom")),
    ("Opel", ("Corsa F", "Mokka", "Vivaro")),
    ("Fiat", ("500", "Panda", "Ducato 3.5 L2H2 2.2 MultiJet")),
    ("Hyundai", ("i20", "Tucson", "Kona Electric")),
    ("Kia", ("Picanto", "Niro", "Sportage")),
    ("BMW", ("Série 1 (F40) 118d –", "X1")),
    ("Mercedes-Benz", ("Classe A 180 d", "Vito")),
    ("Tesla", ("Model 3", "Model Y")),
    ("Ligier", ("JS50",)),
)
COLOURS = ("gris", "blanc", "noir", "bleu", "rouge", "beige")

IMPACTS = (
    "à l'avant",
    "à l'avant droit",
    "à l'avant gauche",
    "à l'arrière",
    "à l'arrière droit",
    "à l'arrière gauche",
    "sur le côté droit",
    "sur le côté gauche",
    "sur toute la carrosserie",
    "en partie supérieure",
)
DEDUCTIBLES = (0, 0, 150, 200, 250, 300, 380, 450, 600)

# Words without accents, easy to type; three of them and four digits are drawn anew at every loading.
PASSWORD_WORDS = """
    abeille acajou agrume amande ancre argile aurore avoine azur balcon bambou basilic berger bouleau boussole
    brume cactus caillou canal cannelle caravane cerise chamois chardon cigale citron clairon colline coquille
    corail cormier cristal dauphin dune falaise fanfare figue flocon fontaine forge
    galet garrigue girafe glacier grenade grive hameau hibou horizon iris jardin jasmin jonquille
    lagune lanterne laurier lavande lentille lilas loutre lucarne marmotte menhir mimosa moulin myrtille
    navette noisette nuage olivier orage palmier papier perle phare pinson pivoine plume pollen
    prairie quartz radeau ravine renard rocher ruche sable safran sapin saule sentier tilleul torrent
    tulipe vallon vanille verger violette voilier
""".split()  # noqa: SIM905 -- as lines of text
