"""What the demo's campaigns are called and say."""

from random import Random

# Greek capitals that look like Latin ones are sent as those: GSM 03.38 has only the others.
_LOOKALIKES = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")


def campaign_name(language: str, random: Random) -> str:
    """A name such as staff of a shop would give, e.g. "Εκπτώσεις −30%"."""
    name = random.choice(_NAMES[language] if random.random() < 0.8 else _NAMES["en"])
    return name.format(percent=random.choice((10, 15, 20, 25, 30, 40, 50)), no=random.randint(1, 12))


def campaign_text(language: str, shop: str, sender: str, random: Random) -> str:
    """A text in the language, mostly one segment long."""
    if random.random() > 0.9:
        language, shop = "en", sender
    text = random.choice(_TEXTS[language])
    code = "".join(random.choice("ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(4)) + str(random.randint(10, 99))
    percent = random.choice((10, 15, 20, 25, 30, 40, 50))
    hour = random.randint(9, 20)
    return text.format(shop=shop, sender=sender, code=code, percent=percent, hour=hour)


def _capitals(text: str) -> str:
    """Greek capitals as they are sent in GSM-7."""
    return text.translate(_LOOKALIKES)


_NAMES = {
    "el": (
        "Εκπτώσεις −{percent}%",
        "Νέα συλλογή",
        "Προσφορά Σαββατοκύριακου",
        "Υπενθύμιση ραντεβού",
        "Γιορτή της Μητέρας",
        "Πάσχα",
        "Καλοκαιρινό ωράριο",
        "Πίσω στο σχολείο",
        "Χρόνια πολλά {no}",
        "Κλήρωση μελών {no}",
        "Πόντοι που λήγουν",
        "Άνοιγμα νέου καταστήματος",
        "Last call −{percent}%",
        "Newsletter {no}",
    ),
    "en": (
        "Summer sale",
        "Winter sale −{percent}%",
        "Back in stock",
        "Weekend offer",
        "Flash sale {no}",
        "Members' night",
        "Appointment reminder",
        "Delivery notice {no}",
        "We miss you",
        "Happy birthday {no}",
        "Mother's Day",
        "Points about to expire",
        "A/B test {no}: short text",
    ),
    "de": (
        "Sommerschlussverkauf",
        "Neue Öffnungszeiten",
        "{percent} % auf alles",
        "Terminerinnerung",
        "Frühjahrskollektion",
        "Gewinnspiel {no}",
        "Adventskalender",
        "Großer Räumungsverkauf",
    ),
    "fr": (
        "Soldes d'été",
        "Vente privée {no}",
        "Rappel de rendez-vous",
        "Fête des Mères",
        "−{percent} % ce week-end",
        "Nouvelle collection",
        "Points de fidélité",
    ),
    "es": (
        "Rebajas de enero",
        "Oferta de fin de semana",
        "Recordatorio de cita",
        "Día de la Madre",
        "{percent} % de descuento",
        "Nueva colección otoño",
        "Sorteo {no}",
    ),
    "it": (
        "Saldi estivi",
        "Nuova collezione",
        "Promemoria appuntamento",
        "Festa della mamma",
        "Sconto {percent}%",
        "Concorso {no}",
    ),
    "bg": ("Лятна разпродажба", "Нова колекция", "Напомняне за час", "−{percent}% този уикенд", "Игра {no}"),
}

_TEXTS = {
    "el": (
        *map(
            _capitals,
            (
                "{sender}: ΜΟΝΟ ΣΗΜΕΡΑ -{percent}% ΣΕ ΟΛΑ ΜΕ ΤΟΝ ΚΩΔΙΚΟ {code}. ΔΙΑΓΡΑΦΗ: STOP",
                "{sender}: ΤΟ ΡΑΝΤΕΒΟΥ ΣΑΣ ΕΙΝΑΙ ΑΥΡΙΟ ΣΤΙΣ {hour}:30. ΔΙΑΓΡΑΦΗ: STOP",
                "{sender}: ΝΕΑ ΣΥΛΛΟΓΗ ΚΑΙ ΣΤΟ ESHOP, ΜΕ ΤΟΝ ΚΩΔΙΚΟ {code} ΔΩΡΕΑΝ ΜΕΤΑΦΟΡΙΚΑ. ΔΙΑΓΡΑΦΗ: STOP",
                "{sender}: ΕΥΧΑΡΙΣΤΟΥΜΕ! -{percent}% ΣΤΗΝ ΕΠΟΜΕΝΗ ΑΓΟΡΑ ΣΑΣ ΜΕ {code}. ΔΙΑΓΡΑΦΗ: STOP",
            ),
        ),
        "{shop}: Σήμερα −{percent}% με {code}. Διαγραφή: STOP",
        "{shop}: Το ραντεβού σας είναι αύριο στις {hour}:30. Αν δεν μπορείτε να έρθετε, καλέστε μας."
        " Διαγραφή: STOP",
    ),
    "en": (
        "{shop}: {percent}% off today with code {code}. Reply STOP to opt out.",
        "{shop}: your appointment is tomorrow at {hour}:30. Reply STOP to opt out.",
        "{shop}: back in stock, first come, first served. Show {code} at the till. STOP to end",
        "{shop}: thank you for your visit! Tell us how it was and get {percent}% off your next order with"
        " code {code}. Open every day until {hour}:00. Reply STOP to opt out at any time.",
        "{shop} 🎉 {percent}% off, only today: {code}. STOP to opt out",
    ),
    "de": (
        "{shop}: Heute {percent} % auf alles mit Code {code}. Abmelden: STOP",
        "{shop}: Ihr Termin ist morgen um {hour}:30 Uhr. Abmelden: STOP",
        "{shop}: Die neue Kollektion ist da. Für Sie mit Code {code} versandkostenfrei. Abmelden: STOP",
        "{shop}: „Danke für Ihren Besuch“ – {percent} % mit {code}. Abmelden: STOP",
    ),
    "fr": (
        "{shop} : -{percent} % aujourd'hui avec le code {code}. STOP pour se désabonner",
        "{shop} : votre rendez-vous est demain à {hour}h30. STOP pour arrêter",
        "{shop} : les soldes commencent ! Jusqu'à -{percent} % en boutique dès {hour}h. Tél. STOP",
        "{shop} : la fête continue, -{percent} % avec {code} 🎁 STOP pour arrêter",
    ),
    "es": (
        "{shop}: solo hoy {percent}% de descuento con {code}. Baja: STOP",
        "{shop}: su cita es mañana a las {hour}:30. Baja: STOP",
        "{shop}: ¡última oportunidad! -{percent}% con el código {code} en tienda y online. Baja: STOP",
    ),
    "it": (
        "{shop}: solo oggi -{percent}% con il codice {code}. Per non riceverne: STOP",
        "{shop}: il tuo appuntamento è domani alle {hour}:30. STOP per disiscriverti",
        "{shop}: la nuova collezione è arrivata, con {code} la spedizione è gratis. STOP per finire",
    ),
    "bg": (
        "{shop}: само днес -{percent}% с код {code}. Отказ: STOP",
        "{sender}: -{percent}% s kod {code} do {hour}:00. Otkaz: STOP",
    ),
}
