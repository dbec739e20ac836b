"""Settings are read from the environment over a file, and every fault is told at once."""

from __future__ import annotations

import stat
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from connector.settings import Settings, SettingsError, development_settings, load_settings

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Read settings in a folder of the test's own, where no file stands in for anything."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(**more: str) -> Settings:
    return load_settings({"JUMPSEAT_SECRET_KEY": KEY} | {f"JUMPSEAT_{name.upper()}": more[name] for name in more})


def faults(**more: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        load(**more)
    return refused.value.faults


def test_a_secret_key_is_all_that_must_be_set() -> None:
    """The defaults suit a first try on this machine: SQLite, loopback, letters kept in a folder."""
    settings = load()
    assert (settings.database_url, settings.mail_url) == ("sqlite:///var/jumpseat.db", "file:var/mail")
    assert (settings.public_url, settings.host, settings.port) == ("http://localhost:8080", "127.0.0.1", 8080)
    assert (settings.session_idle, settings.session_absolute) == (timedelta(minutes=30), timedelta(hours=8))
    assert (settings.invitation_lifetime, settings.returner_window) == (timedelta(days=7), timedelta(days=30))
    assert settings.invitation_reminder == timedelta(hours=48)
    assert settings.trusted_proxies == ()


def test_another_port_is_in_the_links_too() -> None:
    """Whoever sets the port alone gets links that lead there; a public URL that is set stands."""
    assert load(port="9001").public_url == "http://localhost:9001"
    assert load(port="9001", public_url="http://localhost:8000").public_url == "http://localhost:8000"


def test_the_environment_wins_over_the_file(empty_folder: Path) -> None:
    """`./jumpseat.toml` is read when it is there; a variable overrides its line."""
    (empty_folder / "jumpseat.toml").write_text(f'secret_key = "{KEY}"\nport = 9000\nlanguage = "fr"\n')
    settings = load_settings({"JUMPSEAT_PORT": "9001"})
    assert (settings.port, settings.language) == (9001, "fr")


def test_the_file_can_be_named(empty_folder: Path) -> None:
    """`JUMPSEAT_CONFIG` names another file, in which lists and numbers are TOML's own."""
    (empty_folder / "other.toml").write_text('trusted_proxies = ["10.0.0.5", "10.1.0.0/16"]\nallow_http = true')
    settings = load(config="other.toml")
    assert settings.trusted_proxies == (ip_network("10.0.0.5"), ip_network("10.1.0.0/16"))
    assert settings.allow_http


def test_a_named_file_must_be_there() -> None:
    """A path that leads nowhere is a slip, and is told."""
    assert "nowhere.toml cannot be read" in faults(config="nowhere.toml")[0]


@pytest.mark.parametrize("content", ["port = ", "x\xe9 = 1"])
def test_a_file_that_is_not_toml_is_told(empty_folder: Path, content: str) -> None:
    """A broken file is refused with its place, never half read."""
    (empty_folder / "jumpseat.toml").write_bytes(content.encode("latin-1"))
    assert "jumpseat.toml is not TOML" in faults()[0]


def test_secrets_can_come_from_files(empty_folder: Path) -> None:
    """`JUMPSEAT_SECRET_KEY_FILE` reads the key from a file, as container platforms hand secrets out."""
    (empty_folder / "key").write_text(KEY + "\n")
    assert load_settings({"JUMPSEAT_SECRET_KEY_FILE": "key"}).secret_key == KEY


def test_a_secret_given_twice_is_refused(empty_folder: Path) -> None:
    """Which of the two would count is not for the reader to guess."""
    (empty_folder / "key").write_text(KEY)
    assert "set one of them" in faults(secret_key_file="key")[0]


def test_a_secret_file_that_cannot_be_read_is_told() -> None:
    """The fault names the file."""
    assert "names 'gone', which cannot be read" in faults(mail_url_file="gone")[0]


def test_every_fault_is_told_at_once() -> None:
    """One start shows all that must be mended, each with what would be right, under the variable's name."""
    told = faults(
        port="http", language="de", session_idle="20", public_url="https://seats.example.com/", mail_url="http://m"
    )
    assert len(told) == 5
    assert "JUMPSEAT_PORT is 'http'; write a number from 1 to 65535." in told
    assert "JUMPSEAT_LANGUAGE is 'de'; write en or fr." in told
    assert any("write a number and one of s, m, h, d" in fault for fault in told)
    assert any(fault.endswith("name or query: https://seats.example.com.") for fault in told)


def test_the_message_lists_the_faults() -> None:
    """What an operator sees is one line a fault."""
    with pytest.raises(SettingsError, match=r"cannot start with these settings:\n- JUMPSEAT_PORT is '0'"):
        load(port="0")


def test_without_a_secret_key_nothing_starts() -> None:
    """There is no default key: who knows it could forge what we sign."""
    with pytest.raises(SettingsError, match="JUMPSEAT_SECRET_KEY is not set"):
        load_settings({})


@pytest.mark.parametrize("key", ["k" * 64, KEY[:31], "short"])
def test_a_guessable_key_is_refused_and_not_repeated(key: str) -> None:
    """A key of fewer than 32 characters, or of one character repeated, is refused; the log never shows it."""
    [fault] = faults(secret_key=key)
    assert "too easily guessed" in fault
    assert key not in fault


def test_an_empty_variable_is_an_unset_one() -> None:
    """Compose files pass `${NAME:-}` on, which is empty when nobody set it."""
    assert load(port="", mail_url="").port == 8080


@pytest.mark.parametrize("variable", ["SECRET_KEYS", "DATABASE_ULR", "public_ur1"])
def test_a_slip_in_a_name_is_told(variable: str) -> None:
    """A variable that looks like a setting and is none has a fault with the right name."""
    assert "Did you mean JUMPSEAT_" in faults(**{variable: "x"})[0]


@pytest.mark.parametrize("variable", ["TEST_DATABASE_URL", "SERVICE_HOST", "PORT_8080_TCP", "TOKEN"])
def test_variables_of_others_are_left_alone(variable: str) -> None:
    """Kubernetes and our own tests set variables of our prefix that are no settings."""
    assert load(**{variable: "x"}) == load()


def test_an_unknown_line_in_the_file_is_told(empty_folder: Path) -> None:
    """The file is ours alone, so every unknown line in it is a fault."""
    (empty_folder / "jumpseat.toml").write_text("prot = 1\nsecret-key = 'x'")
    told = "\n".join(faults())
    assert "no setting 'prot'. Did you mean port?" not in told  # too far from any name to guess
    assert "jumpseat.toml: there is no setting 'prot'." in told
    assert "there is no setting 'secret-key'. Did you mean secret_key?" in told


def test_what_kubernetes_makes_of_the_port_is_explained() -> None:
    """For a service named jumpseat, Kubernetes sets JUMPSEAT_PORT to an address."""
    assert "enableServiceLinks: false" in faults(port="tcp://10.96.0.1:80")[0]


@pytest.mark.parametrize("url", ["https://seats.example.com", "https://10.0.0.1:8443"])
def test_a_public_installation_names_its_mail_server_and_sender(url: str) -> None:
    """On another machine than this, letters that go to a folder would invite nobody."""
    told = faults(public_url=url)
    assert [fault.split()[0] for fault in told] == ["JUMPSEAT_MAIL_URL", "JUMPSEAT_MAIL_FROM"]
    assert load(public_url=url, mail_url="file:letters", mail_from="a@example.com").secure_cookies


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:80", "http://a.localhost"])
def test_http_is_for_this_machine(url: str) -> None:
    """A loopback address may be plain http, and then providers on this machine may be too."""
    settings = load(public_url=url)
    assert settings.allow_http_loopback
    assert not settings.secure_cookies


def test_http_elsewhere_must_be_asked_for() -> None:
    """Tokens over plain http are refused, unless the operator says that she means it."""
    mail = {"mail_url": "file:letters", "mail_from": "a@example.com"}
    url = "http://seats.example.com"
    assert "JUMPSEAT_ALLOW_HTTP=true" in faults(public_url=url, **mail)[0]
    assert not load(public_url=url, allow_http="true", **mail).allow_http_loopback


def test_an_idle_limit_beyond_the_absolute_one_is_refused() -> None:
    """It would never count."""
    assert "JUMPSEAT_SESSION_IDLE is longer" in faults(session_idle="9h")[0]


def test_secrets_are_in_no_repr() -> None:
    """Settings can be logged: keys and passwords are left out."""
    settings = load(database_url="postgresql+psycopg://j:pg-pass@db/j", mail_url="smtps://j:mail-pass@mail")
    for secret in (KEY, "pg-pass", "mail-pass"):
        assert secret not in repr(settings)


def test_development_makes_a_key_of_its_own(empty_folder: Path) -> None:
    """`make run` needs no set-up: a key is made once, for this account's eyes only, and found ever after."""
    first = development_settings({})
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((empty_folder / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (empty_folder / "var").iterdir()] == ["secret_key"]
    assert development_settings({}) == first == load_settings({})


def test_development_keeps_a_key_that_is_set(empty_folder: Path) -> None:
    """A configured key wins, and no other is made."""
    assert development_settings({"JUMPSEAT_SECRET_KEY": KEY}).secret_key == KEY
    assert not (empty_folder / "var").exists()
