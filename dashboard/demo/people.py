"""Names of people in several scripts, and the awkward ones that pages must stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from unicodedata import combining, normalize

SLOTS = 64  #: names per pool, kind and gender; the lists below are repeated to fill them


@dataclass(frozen=True)
class Pool:
    """First and last names of men and of women, as words of one line each."""

    men: str
    women: str
    men_last: str
    women_last: str = ""  #: as the men's where empty


POOLS = {
    "greek": Pool(
        "Γιώργος Δημήτρης Κώστας Γιάννης Νίκος Παναγιώτης Βασίλης Χρήστος Θανάσης Μιχάλης Σπύρος "
        "Ηλίας Στέλιος Αλέξανδρος Μανώλης Πέτρος Θόδωρος Σταύρος Λεωνίδας Ορέστης",
        "Μαρία Ελένη Κατερίνα Βασιλική Σοφία Αγγελική Γεωργία Δήμητρα Ιωάννα Άννα Παρασκευή "
        "Ευαγγελία Χριστίνα Αναστασία Ειρήνη Κωνσταντίνα Φωτεινή Ζωή Ραλλού Δέσποινα",
        "Παπαδόπουλος Παπαδάκης Γεωργίου Νικολαΐδης Βλάχος Οικονόμου Αγγελόπουλος Παππάς Καραγιάννης "
        "Δημητρίου Μακρής Αντωνίου Θεοδωρόπουλος Παπαγεωργίου Σαμαράς Λάμπρου Ζαχαρίας Χατζηδάκης "
        "Μαυρίδης Ξενάκης Σκούρας",
        "Παπαδοπούλου Παπαδάκη Γεωργίου Νικολαΐδου Βλάχου Οικονόμου Αγγελοπούλου Παππά Καραγιάννη "
        "Δημητρίου Μακρή Αντωνίου Θεοδωροπούλου Παπαγεωργίου Σαμαρά Λάμπρου Ζαχαρία Χατζηδάκη "
        "Μαυρίδου Ξενάκη Σκούρα",
    ),
    "greeklish": Pool(
        "Giorgos Dimitris Kostas Yannis Nikos Panagiotis Vassilis Christos Thanos Michalis Spyros Ilias",
        "Maria Eleni Katerina Vasiliki Sofia Angeliki Georgia Dimitra Ioanna Anna Evi Christina",
        "Papadopoulos Papadakis Georgiou Nikolaidis Vlachos Oikonomou Pappas Karagiannis Dimitriou Makris",
        "Papadopoulou Papadaki Georgiou Nikolaidou Vlachou Oikonomou Pappa Karagianni Dimitriou Makri",
    ),
    "german": Pool(
        "Jürgen Björn Stefan Lukas Jörg Maximilian Günther Felix Sören Matthias Tobias Käthe",
        "Anna Käthe Jutta Lena Ursula Bärbel Sabine Mia Änne Birgit Heike Johanna",
        "Müller Schäfer Köhler Weiß Groß Jäger Schröder König Böhm Krüger Hofmann Schulz Möller Fuß Öztürk",
    ),
    "french": Pool(
        "François Jérôme Rémi Loïc Gaël Théo Benoît André Noël Sébastien Hervé Étienne",
        "Zoé Hélène Chloé Amélie Maëlle Élodie Inès Anaïs Cécile Françoise Joëlle Léa",
        "Lefèvre Gauthier Moreau Béranger D'Aubigné Garçon Château Leclercq Perrault Noël Guérin "
        "L'Hôte Dupré",
    ),
    "spanish": Pool(
        "José Jesús Íñigo Andrés Ramón Martín Sebastián Álvaro Rubén Iván Óscar Joaquín",
        "María Begoña Inés Lucía Sofía Pilar Concepción Ángela Raquel Itziar Noemí Mónica",
        "García Muñoz Ibáñez Peña Núñez Gutiérrez Rodríguez Acuña Zúñiga Sánchez Martínez Cañas López",
    ),
    "italian": Pool(
        "Niccolò Matteo Giosuè Luca Andrea Giovanni Riccardo Tommaso Cosimo Davide",
        "Giulia Chiara Benedetta Francesca Noemi Ludovica Carlotta Caterina Lucia Alessia",
        "Rossi D'Angelo Caruso Esposito Bianchi Ricci Conti Nicolò Marinò Dell'Acqua Galli Moretti",
    ),
    "english": Pool(
        "James Oliver Liam Noah William Seán Ethan Mason Jacob Zachary Dwayne Kwame",
        "Emma Olivia Siobhán Charlotte Amelia Zoë Chloe Grace Ella Priya Aoife Latoya",
        "Smith O'Brien Johnson Okafor Williams Brown McDonald Davies Patel Taylor-Joy Fitzgerald "
        "O'Connor Nguyen",
    ),
    "cyrillic": Pool(
        "Иван Георги Димитър Петър Николай Александър Стефан Владимир Кирил Борис",
        "Мария Елена Ивана Десислава Светлана Наталия Олга Юлия Зорница Анастасия",
        "Иванов Петров Димитров Георгиев Николов Стоянов Щерев Жеков Кузнецов Янев",
        "Иванова Петрова Димитрова Георгиева Николова Стоянова Щерева Жекова Кузнецова Янева",
    ),
    "arabic": Pool(
        "محمد أحمد يوسف عمر خالد إبراهيم حسن مصطفى",
        "فاطمة عائشة مريم ليلى نور زينب سارة هدى",
        "الحسن العلي المصري حداد نجار منصور الخوري سليم",
    ),
    "cjk": Pool(
        "伟 强 太郎 健一 민수 지훈 明 大輔",
        "芳 丽 花子 美咲 지은 수진 秀英 さくら",
        "王 李 佐藤 鈴木 김 박 陈 高橋",
    ),
}

# What tests of pages look for: markup, quotes, formulas, long words, writing from right to left.
AWKWARD = (
    ("Άννα «Νένα»", 'Παπα"δήμα'),
    ("<b>Bold</b>", "<script>alert(1)</script>"),
    ("=1+1", "@SUM(A1:A9)"),
    ("Robert'); DROP TABLE contact;--", "O'Tables"),
    ("Ευ" + "χαριστημένη-" * 9 + "Ελπινίκη", "Παπα" + "χατζη" * 22 + "γιάννης"),
    ("محمد", "بن عبد الله الـ" + "طويل " * 18 + "جدا"),
    ("👩‍👩‍👧 Familie", "Ünï-çødé & Sons"),
    ("100%", "_under\\score_"),
    ("Zoë" + "é" * 100, "Κωνσταντινουπολίτου-" * 5 + "Παπαθεοδωροπούλου"),
    ("X", "Æ A-12"),
    ("Null", "None"),
    ("Μαρία", "\u200bZero-width"),
)


def draws(home: str) -> list[str]:
    """Sixteen pools of which a person gets one by chance: mostly `home`, and some others."""
    also = {"greek": ["greeklish"] * 2 + ["cyrillic"], "cyrillic": ["greek"]}.get(home, ["english", "german"])
    others = [*also, "arabic", "cjk"]
    return [home] * (16 - len(others)) + others


def names() -> Iterator[tuple[str, str, str, int, str, str | None]]:
    """Rows of (pool, kind, gender, slot, name, its ASCII form or None where it has none)."""
    for name, pool in POOLS.items():
        lasts = {"male": pool.men_last, "female": pool.women_last or pool.men_last}
        firsts = {"male": pool.men, "female": pool.women}
        for kind, gender in product(("first", "last"), ("male", "female")):
            words = (firsts if kind == "first" else lasts)[gender].split()
            for slot in range(SLOTS):
                word = words[slot % len(words)]
                yield name, kind, gender, slot, word, ascii_form(word)
    for gender, slot in product(("male", "female"), range(SLOTS)):
        first, last = AWKWARD[slot % len(AWKWARD)]
        yield "awkward", "first", gender, slot, first[:120], None
        yield "awkward", "last", gender, slot, last[:120], None


_LETTERS = "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ ς τ υ φ χ ψ ω"
_SPELLED = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_GREEK = dict(zip(_LETTERS.split(), _SPELLED.split(), strict=True))


def ascii_form(name: str) -> str | None:
    """The name as the local part of an email address: "Ξενάκης" gives "xenakis", "王" gives None."""
    plain = "".join(c for c in normalize("NFKD", name.lower()) if not combining(c))
    spelled = "".join(_GREEK.get(c, c) for c in plain if c.isalpha())
    return spelled if spelled.isascii() and spelled else None
