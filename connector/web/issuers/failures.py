"""What an issuer of tokens did wrong, as far as it can be told."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """What a provider did wrong; the code is for logs and for the operator, not for the person."""

    UNREACHABLE = "unreachable"
    ANSWERED_WITH_ERROR = "answered-with-error"
    REDIRECTED = "redirected"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    NOT_JSON = "not-json"
    INSECURE_URL = "insecure-url"
    SECRET_UNREADABLE = "secret-unreadable"  # noqa: S105 -- a code
    METADATA_INCOMPLETE = "metadata-incomplete"
    METADATA_OF_ANOTHER_ISSUER = "metadata-of-another-issuer"
    RESPONSE_OF_ANOTHER_ISSUER = "response-of-another-issuer"
    RESPONSE_ERROR = "response-error"
    CODE_REFUSED = "code-refused"
    NO_ID_TOKEN = "no-id-token"  # noqa: S105 -- a code
    MALFORMED_TOKEN = "malformed-token"  # noqa: S105 -- a code
    ALGORITHM_REFUSED = "algorithm-refused"
    HEADER_REFUSED = "header-refused"
    TYPE_REFUSED = "type-refused"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_AUDIENCE = "wrong-audience"
    WRONG_PARTY = "wrong-party"
    NO_SUBJECT = "no-subject"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_ISSUE_TIME = "wrong-issue-time"
    WRONG_NONCE = "wrong-nonce"
    WRONG_TOKEN_HASH = "wrong-token-hash"  # noqa: S105 -- a code
    AUTHENTICATION_TOO_OLD = "authentication-too-old"
    SESSION_OVER = "session-over"
    CLAIMS_REFUSED = "claims-refused"
    USERINFO_OF_SOMEBODY_ELSE = "userinfo-of-somebody-else"
    NO_LOGOUT_EVENT = "no-logout-event"

    @property
    def passes(self) -> bool:
        """Whether trying again later may help; otherwise somebody has to mend the provider or its settings."""
        return self in {Fault.UNREACHABLE, Fault.ANSWERED_WITH_ERROR, Fault.TOO_SLOW}


class ProviderFailure(Exception):
    """The provider is down, or said something that cannot be believed. Nobody is signed in.

    `detail` holds facts of ours (a claim's name, an endpoint's): never a token, never text that the provider sent.
    """

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault, self.detail = fault, detail
        super().__init__(f"{fault}: {detail}" if detail else str(fault))
