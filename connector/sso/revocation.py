"""`/revoke/<directory>`: a provider orders that somebody be signed out everywhere (Okta Universal Logout).

draft-parecki-oauth-global-token-revocation. Only the status of the answer tells anything.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flask import Blueprint, Response, make_response, request

from connector.domain.errors import InvalidValue, NotFound, TokenRefused
from connector.domain.security_events import Revocation, Subject
from connector.lifecycle import cutting
from connector.mappers.subjects import subject_of
from connector.observability import note
from connector.sso import sessions
from connector.web.context import lifecycle, now, public_link
from connector.web.issuers.failures import Fault, ProviderFailure
from connector.web.issuers.strict_json import strict_object
from connector.web.refusals import PageRefusal

log = logging.getLogger(__name__)

MOST_BYTES = 100_000
RETRY_AFTER_SECONDS = 30


def add_to(blueprint: Blueprint) -> None:
    """Serve `/revoke/<directory>`."""
    blueprint.add_url_rule("/revoke/<directory>", "revoke", revoke, methods=["POST"])


def revoke(directory: str) -> Response:
    """End every session of whom the body names: 204, and 404 for somebody unknown.

    400 for a body that names nobody, 401 without a token of this directory's provider for this very address, 503 while
    its keys cannot be read.
    """
    request.max_content_length = MOST_BYTES
    try:
        slug, token_id, expires_at = _proved(directory)
        order = Revocation(_subject(), token_id, expires_at)
        ended = lifecycle().write(cutting.revoke, slug, order)
    except (ProviderFailure, PageRefusal, TokenRefused) as refusal:
        return _refused(directory, refusal)
    except InvalidValue:
        return make_response("", 400)
    except NotFound:
        return make_response("", 404)
    if ended is None:
        return make_response("", 404)
    note(log, "revocation:taken", directory=slug, sessions=ended)
    return make_response("", 204)


def _proved(slug: str) -> tuple[str, str, datetime]:
    """Return the directory and the token's id and end, once the token is good for this address."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise ProviderFailure(Fault.MALFORMED_TOKEN)
    found, provider = sessions.heard_provider(slug)
    audience = public_link(f"/revoke/{found.slug}")
    return found.slug, *provider.read_revocation_token(token.strip(), audience, now())


def _subject() -> Subject:
    """Return whom the body names, as `sub_id`; Okta's guide called it `subject` before the draft did not."""
    if request.mimetype != "application/json":
        raise InvalidValue("body", "it must be application/json.")
    try:
        body = strict_object(request.get_data(), Fault.NOT_JSON)
    except ProviderFailure:
        raise InvalidValue("body", "it must be a JSON object.") from None
    return subject_of(body.get("sub_id", body.get("subject")))


def _refused(slug: str, refusal: ProviderFailure | PageRefusal | TokenRefused) -> Response:
    log.warning("revocation:refused", extra={"facts": {"directory": slug, "fault": str(refusal)}})
    if isinstance(refusal, ProviderFailure) and refusal.fault.passes:
        return make_response("", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return make_response("", 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
