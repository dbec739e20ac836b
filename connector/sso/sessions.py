"""The two halves of a sign-in: what is kept when the browser leaves, and what is asked when it comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app
from werkzeug.datastructures import MultiDict

from connector.domain.access import Reason, Refusal
from connector.domain.sessions import LoginAttempt
from connector.domain.tenancy import Directory
from connector.lifecycle import admission, arriving, stepping_up, visits
from connector.lifecycle.admission import SignedIn
from connector.sso.failures import SignInRefused
from connector.sso.provider import Provider
from connector.sso.registry import Providers
from connector.web import cookies
from connector.web.context import lifecycle, now, settings
from connector.web.refusals import PageRefusal

EXTENSION = "jumpseat.providers"


@dataclass(frozen=True, slots=True)
class Returned:
    """A sign-in that succeeded, and where the browser goes from here.

    `fell_short` says that it was to meet an account's step-up and did not, so that asking again would not help.
    """

    signed_in: SignedIn
    return_to: str
    fell_short: bool = False


def provider_of(directory: Directory) -> Provider:
    """Return the provider of a directory; the application keeps one for each."""
    providers = current_app.extensions.setdefault(EXTENSION, Providers(settings()))
    return cast(Providers, providers).of(directory)


def open_directory(slug: str) -> Directory:
    """Return a directory whose people can sign in; raises PageRefusal, alike whether it exists or is switched off."""
    directory = lifecycle().read(visits.sign_in_directory, slug)
    if directory is None:
        raise PageRefusal("sign-in-unknown")
    return directory


def heard_provider(slug: str) -> tuple[Directory, Provider]:
    """Return a directory, switched on or not, and its provider, whose word ends sessions; else raises PageRefusal."""
    directory = lifecycle().read(visits.heard_directory, slug)
    if directory is None:
        raise PageRefusal("sign-in-unknown")
    return directory, provider_of(directory)


def begin(directory: Directory, return_to: str, login_hint: str | None = None, account: str | None = None) -> str:
    """Begin a sign-in for this browser, and return the provider's address to send it to.

    With an `account`, the provider is asked for what that account's step-up wants. Raises ProviderFailure.
    """
    wanted = lifecycle().read(stepping_up.wanted_by, directory, account) if account else None
    begun = provider_of(directory).begin(now(), login_hint, wanted)
    attempt = LoginAttempt(begun.secrets, return_to, account if wanted else None)
    lifecycle().write(admission.begin_login, directory.slug, cookies.browser(), attempt)
    return begun.url


def complete(directory: Directory, arguments: MultiDict[str, str]) -> Returned:
    """Complete the sign-in that the callback's parameters belong to, and begin a session that replaces the old one.

    Raises LoginUnknown, SignInRefused, ProviderFailure.
    """
    if any(len(arguments.getlist(name)) > 1 for name in arguments):
        raise SignInRefused(SignInRefused.INCOMPLETE)
    params = arguments.to_dict()
    attempt = lifecycle().write(admission.take_login, directory.slug, cookies.browser(), params.get("state", ""))
    identity = provider_of(directory).complete(params, attempt.secrets, now())
    signed_in = lifecycle().write(arriving.arrive, directory.slug, identity, attempt.begun_at)
    former = cookies.session_token()
    if former is not None:
        lifecycle().write(admission.end_session, former)
    return Returned(signed_in, attempt.return_to, _fell_short(signed_in, attempt))


def _fell_short(signed_in: SignedIn, attempt: LoginAttempt) -> bool:
    if attempt.account is None:
        return False
    outcome = lifecycle().read(admission.decide, signed_in.session_token, attempt.account).outcome
    return isinstance(outcome, Refusal) and outcome.reason is Reason.STEP_UP
