"""Reading the settings from where they are written, and telling everything that is wrong with them at once."""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from connector.settings.model import Settings
from connector.settings.readers import Wrong

PREFIX = "JUMPSEAT_"
DEVELOPMENT_KEY = Path("var/secret_key")


class SettingsError(Exception):
    """The settings cannot be used; `faults` has a sentence for each thing wrong, without any secret."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(["Jumpseat cannot start with these settings:", *(f"- {fault}" for fault in faults)]))


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings; raises SettingsError that tells every fault at once."""
    faults: list[str] = []
    written = _from_file(environ, faults) | _from_environment(environ, faults)
    if "secret_key" not in written and DEVELOPMENT_KEY.exists():
        written["secret_key"] = (str(DEVELOPMENT_KEY), _read_secret(str(DEVELOPMENT_KEY), DEVELOPMENT_KEY, faults))
    values: dict[str, Any] = {}
    for name, (where, value) in written.items():
        try:
            values[name] = _known()[name].metadata["reader"](value)
        except Wrong as wrong:
            faults.append(f"{where} {wrong}.")
    if "port" in values and "public_url" not in written:
        values["public_url"] = f"http://localhost:{values['port']}"
    # What could not be read stands at its default meanwhile, so that all faults are told and none is invented.
    settings = Settings(**({"secret_key": ""} | values))
    faults.extend(_disagreements(settings, set(written)))
    if faults:
        raise SettingsError(faults)
    return settings


def development_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, after making a secret key in `var/secret_key` unless there is one; for `make run`.

    The file is this account's alone (mode 0600), and every later `load_settings` in the same folder finds it.
    """
    if not any(name in environ for name in (f"{PREFIX}SECRET_KEY", f"{PREFIX}SECRET_KEY_FILE")):
        _make_key(DEVELOPMENT_KEY)
    return load_settings(environ)


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    try:
        # A link appears whole or not at all: of two processes that start at once, both use the first one's key.
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _known() -> dict[str, Field[Any]]:
    return {setting.name: setting for setting in fields(Settings)}


def _from_file(environ: Mapping[str, str], faults: list[str]) -> dict[str, tuple[str, Any]]:
    given = environ.get(f"{PREFIX}CONFIG")
    path = Path(given or "jumpseat.toml")
    if not given and not path.exists():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"{path} cannot be read ({error.strerror}); JUMPSEAT_CONFIG must name a TOML file.")
        return {}
    except ValueError as error:
        faults.append(f"{path} is not TOML in UTF-8: {error}.")
        return {}
    for name in content.keys() - _known().keys():
        faults.append(f"{path}: there is no setting {name!r}.{_did_you_mean(name)}")
    return {name: (f"{path}: {name}", value) for name, value in content.items() if name in _known()}


def _from_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    # An empty variable is an unset one: that is what `${NAME:-}` in a compose file makes of it.
    for variable in sorted(name for name in environ if name.startswith(PREFIX) and environ[name]):
        name = variable.removeprefix(PREFIX).lower()
        secret = name.removesuffix("_file")
        if name in _known():
            found[name] = (variable, environ[variable])
        elif secret != name and secret in _known() and not _known()[secret].repr:
            if secret in found:
                faults.append(f"{variable} is set, and so is {PREFIX}{secret.upper()}; set one of them.")
            found[secret] = (variable, _read_secret(variable, Path(environ[variable]), faults))
        elif hint := _did_you_mean(name, PREFIX):
            # Others' variables share our prefix (Kubernetes names them after services), so only likely slips are told.
            faults.append(f"{variable} is no setting.{hint}")
    return found


def _read_secret(where: str, path: Path, faults: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        faults.append(f"{where} names {str(path)!r}, which cannot be read.")
        return ""


def _did_you_mean(name: str, prefix: str = "") -> str:
    close = get_close_matches(name.lower(), _known(), n=1, cutoff=0.85)
    return f" Did you mean {prefix}{close[0].upper() if prefix else close[0]}?" if close else ""


def _disagreements(settings: Settings, given: set[str]) -> Iterator[str]:
    if "secret_key" not in given:
        yield "JUMPSEAT_SECRET_KEY is not set; write 32 random characters, for example from: openssl rand -hex 32."
    if settings.session_idle > settings.session_absolute:
        yield "JUMPSEAT_SESSION_IDLE is longer than JUMPSEAT_SESSION_ABSOLUTE, so it never counts; shorten it."
    if settings.on_this_machine:
        return
    if not settings.secure_cookies and not settings.allow_http:
        yield (
            f"JUMPSEAT_PUBLIC_URL is {settings.public_url!r}, over which anybody on the way can read tokens; "
            "write https://, or set JUMPSEAT_ALLOW_HTTP=true if you mean it."
        )
    for name, right in (("mail_url", "smtps://user:password@host"), ("mail_from", "Jumpseat <jumpseat@example.com>")):
        if name not in given:
            yield f"{PREFIX}{name.upper()} is not set, so that nobody could be invited; set it, like {right}."
