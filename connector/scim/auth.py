"""Who asks: every request shows the token of the directory that its address names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from flask import g, request

from connector.domain.tenancy import DirectoryAccess
from connector.lifecycle import directories
from connector.web.context import lifecycle

if TYPE_CHECKING:
    from connector.storage.work import Work

P = ParamSpec("P")
T = TypeVar("T")


def admit() -> DirectoryAccess:
    """Return what the token opens, before anything of the request is looked at. Raises TokenRefused."""
    return _noted(lifecycle().read(directories.authenticate, g.directory, _token(), g.request_id))


def read(use_case: Callable[Concatenate[Work, DirectoryAccess, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Check the token and run a reading use case, in one unit of work. Raises TokenRefused."""
    return lifecycle().read(_admitted, use_case, *args, **kwargs)


def write(use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a writing use case; the token has been checked by `admit`, before the body was read and any lock taken."""
    return lifecycle().write(use_case, *args, **kwargs)


def _admitted(
    work: Work, use_case: Callable[Concatenate[Work, DirectoryAccess, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    access = _noted(directories.authenticate(work, g.directory, _token(), g.request_id))
    return use_case(work, access, *args, **kwargs)


def _noted(access: DirectoryAccess) -> DirectoryAccess:
    """Keep which token it was, for the journal."""
    g.token_id = access.token_id
    return access


def _token() -> str:
    """Return the bearer token of the Authorization header, or the whole header where it names no scheme.

    Nowhere else is one looked for (RFC 6750 section 2); without one it is empty, which opens nothing.
    """
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if not token:
        return scheme
    return token.strip() if scheme.lower() == "bearer" else ""
