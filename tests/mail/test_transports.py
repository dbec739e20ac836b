"""Letters leave through a real SMTP server, encrypted where the URL says so, or into a folder."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.mail import MailNotSent, transport


class Sink:
    """A mail server that keeps what it gets, or answers what it is told to."""

    def __init__(self) -> None:
        self.letters: list[Envelope] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.letters.append(envelope)
        return "250 OK"


Start = Callable[..., str]


@pytest.fixture
def sink() -> Sink:
    """Give a mail server's memory."""
    return Sink()


@pytest.fixture
def start(sink: Sink) -> Iterator[Start]:
    """Give a function that starts a mail server for the sink and returns its host and port."""
    running: list[Controller] = []

    def start_server(**options: Any) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(sink, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return f"127.0.0.1:{port}"

    yield start_server
    for controller in running:
        controller.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a key and a certificate for 127.0.0.1 that only its own signature vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC) - timedelta(minutes=5)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pair.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + built.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def served(certificate: Path) -> ssl.SSLContext:
    """Give the TLS context of the server."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """Give the TLS context of a client that trusts the server's certificate."""
    return ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
def letter() -> EmailMessage:
    """Give a letter with a name that is not ASCII."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "seats@example.com", "Zoé <zoe@example.com>"
    message["Subject"] = "Your seat"
    message.set_content("Zoé,\n.\nthere is a seat.\n")
    return message


def only_jumpseat(_server: Any, _session: Any, _envelope: Any, _method: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"jump@seat", b"p:w/d")
    return AuthResult(success=right, handled=right)


def test_a_letter_reaches_the_server(start: Start, sink: Sink, letter: EmailMessage) -> None:
    """The envelope has the addresses of the headers, and the text arrives whole, a lone dot included."""
    transport(f"smtp://{start()}").send(letter)
    [envelope] = sink.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == ("seats@example.com", ["zoe@example.com"])
    assert "Zoé,\r\n.\r\nthere is a seat.\r\n".encode() in (envelope.original_content or b"")


def test_starttls_protects_name_password_and_letter(
    start: Start, sink: Sink, letter: EmailMessage, served: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """The password goes only after TLS, percent-decoded from the URL."""
    options = {"tls_context": served, "require_starttls": True, "auth_required": True, "authenticator": only_jumpseat}
    transport(f"smtp+starttls://jump%40seat:p%3Aw%2Fd@{start(**options)}", trusting).send(letter)
    assert len(sink.letters) == 1


def test_smtps_is_encrypted_from_the_first_byte(
    start: Start, sink: Sink, letter: EmailMessage, served: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """Implicit TLS (RFC 8314 section 3.3)."""
    transport(f"smtps://{start(ssl_context=served)}", trusting).send(letter)
    assert len(sink.letters) == 1


def test_a_server_that_offers_no_tls_gets_no_letter(start: Start, sink: Sink, letter: EmailMessage) -> None:
    """Somebody on the way who takes STARTTLS out of the server's answer gains nothing."""
    with pytest.raises(MailNotSent, match="does not offer") as failure:
        transport(f"smtp+starttls://{start()}").send(letter)
    assert not failure.value.permanent
    assert sink.letters == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_gets_no_letter(
    start: Start, sink: Sink, letter: EmailMessage, served: ssl.SSLContext, scheme: str
) -> None:
    """The server's certificate is checked against the system's authorities and its host name."""
    options = {"ssl_context": served} if scheme == "smtps" else {"tls_context": served}
    with pytest.raises(MailNotSent, match="SSLCertVerificationError"):
        transport(f"{scheme}://{start(**options)}").send(letter)
    assert sink.letters == []


def test_a_wrong_password_is_told_without_it(
    start: Start, sink: Sink, letter: EmailMessage, served: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    """The letter can leave once the settings are mended, so the refusal is not for good."""
    options = {"tls_context": served, "require_starttls": True, "auth_required": True, "authenticator": only_jumpseat}
    with pytest.raises(MailNotSent, match=r"name and password \(535\)") as failure:
        transport(f"smtp+starttls://jump%40seat:hush@{start(**options)}", trusting).send(letter)
    assert not failure.value.permanent
    assert "hush" not in str(failure.value) + repr(transport("smtps://jump:hush@mail.example.com"))


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "permanent"), [("550 5.1.1 no zoe@example.com here", True), ("451 later", False)])
def test_what_the_server_refuses_is_told_by_its_code(
    start: Start, sink: Sink, letter: EmailMessage, step: str, answer: str, permanent: bool
) -> None:
    """5xx is for good and 4xx for now (RFC 5321 section 4.2.1); the server's words may hold addresses and stay out."""
    sink.answers[step] = answer
    with pytest.raises(MailNotSent, match=answer[:3]) as failure:
        transport(f"smtp://{start()}").send(letter)
    assert failure.value.permanent is permanent
    assert "zoe" not in str(failure.value)


def test_a_server_that_is_down_is_told(letter: EmailMessage) -> None:
    """Nobody listens: the letter waits for another try."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MailNotSent, match="ConnectionRefusedError") as failure:
        transport(f"smtp://127.0.0.1:{port}").send(letter)
    assert not failure.value.permanent


def test_a_server_that_never_answers_is_left(letter: EmailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is not held up for ever by a server that accepts and stays silent."""
    monkeypatch.setattr("connector.mail.transports.TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailNotSent, match="did not answer"):
        transport(f"smtp://127.0.0.1:{silent.getsockname()[1]}").send(letter)


def test_a_folder_keeps_letters_for_any_mail_program(tmp_path: Path, letter: EmailMessage) -> None:
    """`file:` writes a maildir folder, made with the folders above it when they are missing."""
    folder = tmp_path / "var" / "mail"
    for _ in range(2):
        transport(f"file:{folder}").send(letter)
    kept = [message.get_payload() for message in Maildir(folder)]
    assert len(kept) == 2
    assert len(list((folder / "new").iterdir())) == 2
