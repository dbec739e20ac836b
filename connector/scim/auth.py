"""Who asks: every request shows what opens the directory that its address names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from flask import g, request

from connector.domain.tenancy import DirectoryAccess, Presented
from connector.lifecycle import directories, scim_clients
from connector.lifecycle.tokens import ACCESS_PREFIX
from connector.scim import entra_tokens, rates
from connector.web.context import lifecycle

if TYPE_CHECKING:
    from connector.storage.work import Work

P = ParamSpec("P")
T = TypeVar("T")


def admit() -> DirectoryAccess:
    """Return what the token opens, before anything of the request is looked at.

    Raises TokenRefused, and TooManyRequests where the directory may make so many and no more.
    """
    token = _token()
    if entra_tokens.is_signed(token):
        return _counted(entra_tokens.admitted(token))
    return _counted(lifecycle().read(_opened, token))


def read(use_case: Callable[Concatenate[Work, DirectoryAccess, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Check the token and run a reading use case, in one unit of work. Raises what `admit` raises.

    A signed token is checked before: keys may have to be fetched for it, which no transaction should wait for.
    """
    token = _token()
    if entra_tokens.is_signed(token):
        return lifecycle().read(use_case, _counted(entra_tokens.admitted(token)), *args, **kwargs)
    return lifecycle().read(_admitted, token, use_case, *args, **kwargs)


def write(use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a writing use case; the token has been checked by `admit`, before the body was read and any lock taken."""
    return lifecycle().write(use_case, *args, **kwargs)


def _admitted(
    work: Work,
    token: str,
    use_case: Callable[Concatenate[Work, DirectoryAccess, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    return use_case(work, _counted(_opened(work, token)), *args, **kwargs)


def _opened(work: Work, token: str) -> DirectoryAccess:
    check = scim_clients.authenticate if token.startswith(ACCESS_PREFIX) else directories.authenticate
    return check(work, g.directory, token, g.request_id)


def _counted(access: DirectoryAccess) -> DirectoryAccess:
    """Count the request, once however often it is checked, and keep which token it was, for the journal."""
    if "token_id" not in g:
        g.token_id = access.token_id if access.by is Presented.TOKEN else None
        rates.count(access.directory)
    return access


def _token() -> str:
    """Return the bearer token of the Authorization header, or the whole header where it names no scheme.

    Nowhere else is one looked for (RFC 6750 section 2); without one it is empty, which opens nothing.
    """
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if not token:
        return scheme
    return token.strip() if scheme.lower() == "bearer" else ""
