"""What columns are called, in the languages of the owners."""

import re
import unicodedata
from collections.abc import Sequence

from dashboard.contact_imports.reading.plans import FIELDS

# Folded: without accents, case, spaces and signs. English, Greek, French, German, Spanish, Italian,
# Portuguese, Dutch, Polish, Romanian, Bulgarian, Turkish, in this order as far as they differ.
_NAMES = {
    "phone": """phone phonenumber mobile mobilephone mobilenumber cell cellphone telephone tel
        msisdn number gsm whatsapp sms smsnumber contactnumber phone1 phone1value primaryphone
        τηλεφωνο κινητο κινητοτηλεφωνο αριθμοσ αριθμοστηλεφωνου αρκινητου τηλ κιν tilefono kinito
        portable numero numerodetelephone telephoneportable mobil telefon telefonnummer handy
        handynummer mobilnummer rufnummer telefono movil celular telefonomovil numerodetelefono
        cellulare numeroditelefono telefonocellulare telemovel telefone telefoonnummer mobiel
        mobielnummer komorka telefonkomorkowy numertelefonu numarulde telefonmobil телефон мобилен
        cep ceptelefonu telefonnumarasi""",
    "first_name": """firstname first givenname forename name fullname contactname ονομα μικροονομα
        ονοματεπωνυμο onoma prenom vorname nombre nombres nome primeironome voornaam imie prenume
        име ad isim""",
    "last_name": """lastname last surname familyname επωνυμο επιθετο eponymo epitheto nom
        nomdefamille nachname familienname apellido apellidos cognome sobrenome apelido achternaam
        nazwisko фамилия soyad soyadi""",
    "email": """email mail emailaddress emailaddress1 emailvalue ηλεκτρονικοταχυδρομειο
        διευθυνσηemail ιμειλ courriel adressemail adresseemail adresseelectronique emailadresse
        mailadresse correo correoelectronico indirizzoemail postaelettronica correioeletronico
        emailadres имейл eposta adresaemail""",
    "gender": """gender sex φυλο fylo sexe genre civilite geschlecht anrede sexo genero sesso
        genere geslacht plec пол cinsiyet""",
    "birthday": """birthday birthdate dateofbirth dob born γενεθλια ημερομηνιαγεννησησ
        ημνιαγεννησησ ημγεννησησ genethlia datedenaissance naissance anniversaire geburtstag
        geburtsdatum fechadenacimiento nacimiento cumpleanos datadinascita nascita compleanno
        datadenascimento nascimento geboortedatum verjaardag dataurodzenia urodziny datanasterii
        рожденден датанараждане dogumtarihi""",
    "state": """subscribed issubscribed subscription optin optedin status state consent
        εγγεγραμμενοσ εγγραφη συγκαταθεση κατασταση abonne inscrit consentement statut
        angemeldet abonniert einwilligung suscrito estado consentimiento iscritto consenso stato
        inscrito assinante ingeschreven toestemming zgoda абониран abone onay""",
    "unsubscribed": """unsubscribed isunsubscribed unsubscribe optout optedout isoptedout smsoptout
        donotcontact donottext dnc stop stopped διαγραμμενοσ διαγραμμενη διαγραφη απεγγραφη desabonne
        desinscrit desinscription desabonnement abgemeldet abmeldung widerspruch widerrufen baja
        dadodebaja cancelado desuscrito disiscritto disiscrizione cancellato cancelou naoinscrito
        afgemeld uitgeschreven wypisany dezabonat отписан abonelikteniptal""",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
assert set(_NAMES) == set(FIELDS)


def fold(text: str) -> str:
    """The letters and digits of a text, without accents and case: "E-Mail-Adresse" gives "emailadresse"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", bare.casefold()).replace("ς", "σ").replace("ß", "ss")


def field_called(heading: str) -> str | None:
    """Which of FIELDS a column of that heading is, or None."""
    return _FIELD_OF.get(fold(heading))


def fields_called(headings: Sequence[str]) -> dict[str, int]:
    """Of FIELDS those that the headings name, and which column each is; the first one of several."""
    found: dict[str, int] = {}
    for column, heading in enumerate(headings):
        if field := field_called(heading):
            found.setdefault(field, column)
    # "Name, Surname": a column called plainly "nom" is the last name where another one is the first.
    return found
