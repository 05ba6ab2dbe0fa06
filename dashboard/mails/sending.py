"""Hand a mail to the mail server, or keep it in a folder where there is no server.

Mails are sent at least once: where a process dies, or the line breaks, after the server took a mail
and before anybody knew, it is sent again. The Message-ID is the same then, by which mail programs know
it for the same mail.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from flask import current_app

from dashboard.config import MailServer
from dashboard.mails import folder

TIMEOUT_SECONDS = 20  #: for each answer of the server; it gives less than a dozen
MOST_WORDS = 200  #: characters of the server's own words that are told


class NotSent(Exception):
    """The mail was not taken. `sentence` tells people why; `is_final` that a later try would not help."""

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


def missing_settings() -> list[str]:
    """The settings without which no mail can be sent: none of them where all is well."""
    config = current_app.config
    wanted = {"PUBLIC_URL": config["PUBLIC_URL"], "MAIL_SMTP": config["MAIL_SMTP"] or config["MAIL_FOLDER"]}
    if config["MAIL_SMTP"]:
        wanted["MAIL_FROM"] = config["MAIL_FROM"]
    return [name for name, value in wanted.items() if not value]


def sender() -> str:
    """The address that mails come from, with its name if it has one."""
    return current_app.config["MAIL_FROM"] or "Signalbox <signalbox@localhost>"


def send(message: EmailMessage) -> None:
    """Send the mail to its one recipient.

    Raises:
        NotSent: nobody took it.
    """
    if missing := missing_settings():
        raise NotSent(f"Mail is not set up. An admin must set {' and '.join(missing)}.")
    server: MailServer | None = current_app.config["MAIL_SMTP"]
    if server is None:
        folder.keep(message)
        return
    with _in_words(server):
        connection = _connected(server)
        try:
            connection.send_message(message)
        finally:
            # The mail was taken or refused by now, whatever becomes of the farewell.
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()


def _connected(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted where the server can, and always before a password is sent."""
    secure = ssl.create_default_context()
    if server.is_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=secure
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.is_tls and (server.user or connection.has_extn("starttls")):
            connection.starttls(context=secure)
        if server.user:
            connection.login(server.user, server.password or "")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _in_words(server: MailServer) -> Iterator[None]:
    """Turn what can go wrong at a mail server into sentences."""
    at = f"{server.host}:{server.port}"
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        ((address, (code, words)),) = error.recipients.items()
        raise NotSent(
            f"The mail server refused the reader's address {address}. {_said(words)}".strip(),
            is_final=_is_final(code),
        ) from error
    except smtplib.SMTPSenderRefused as error:
        # An admin may mend the setting meanwhile, so this and the sign-in are tried again.
        raise NotSent(
            f"The mail server refused the sender {error.sender}. An admin must mend MAIL_FROM."
            f" {_said(error.smtp_error)}".strip()
        ) from error
    except smtplib.SMTPDataError as error:
        raise NotSent(
            f"The mail server refused the mail. {_said(error.smtp_error)}".strip(),
            is_final=_is_final(error.smtp_code),
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(
            "The mail server refused the sign-in. An admin must mend MAIL_SMTP."
            f" {_said(error.smtp_error)}".strip()
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(
            f"The mail server at {at} offers no encryption, or no sign-in, or takes no such address."
            " An admin must look at MAIL_SMTP."
        ) from error
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):
            raise _took_too_long(at) from error
        raise NotSent(f"The mail server at {at} hung up.") from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"The mail server at {at} let nobody in. {_said(error.smtp_error)}".strip()) from error
    except smtplib.SMTPException as error:
        raise NotSent(f"The mail server at {at} gave an answer that makes no sense.") from error
    except TimeoutError as error:
        raise _took_too_long(at) from error
    except ConnectionRefusedError as error:
        raise NotSent(f"The mail server at {at} refused the connection.") from error
    except socket.gaierror as error:
        raise NotSent(f"There is no mail server called {server.host}.") from error
    except ssl.SSLError as error:
        raise NotSent(
            f"No safe connection to the mail server at {at} came about: its certificate or its"
            " encryption is not to be trusted."
        ) from error
    except OSError as error:
        raise NotSent(f"The mail server at {at} could not be reached.") from error


def _took_too_long(at: str) -> NotSent:
    return NotSent(f"The mail server at {at} took too long to answer.")


def _is_final(code: int) -> bool:
    """Whether the server will answer the same next time: 5xx, in contrast to 4xx."""
    return code >= 500


def _said(words: bytes | str) -> str:
    """The server's own words, in quotes."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"It said: “{line[:MOST_WORDS]}”." if line else ""
