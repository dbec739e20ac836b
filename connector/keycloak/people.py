"""Write into the realm how its people's invitations stand, and end the sessions of whoever lost her access.

The realm's own gate reads what is written here. It is compared and mended, never replayed: whatever was missed, because
Keycloak was down or somebody edited a user, is put right by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakDeleteError, KeycloakError

from connector.keycloak import gate
from connector.keycloak.server import Administrator, connect, told_in_a_sentence

NOT_FOUND = 404
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Turn:
    """How one user of the realm turned from one standing to another; `before` is None where nothing was written."""

    user_id: str
    before: str | None
    after: str


class RealmPeople:
    """The users of one realm, by their ids; those are the externalIds that the realm states over SCIM."""

    def __init__(self, url: str, administrator: Administrator, realm: str) -> None:
        self._url = url
        self._admin = connect(url, realm, administrator)

    def mirror(self, standings: Mapping[str, str], tell: Callable[[Turn], None] = lambda turn: None) -> list[Turn]:
        """Write these standings (user id -> standing) where they differ; return what was written.

        Whoever stands in the realm as pending or accepted and is not among them has been deleted in the directory, and
        is revoked. Users of whom nothing was ever written and nothing is stated are left alone. Raises KeycloakFailure;
        what was written until then stands.
        """
        turned = []
        with told_in_a_sentence(self._url):
            for turn, user in self._turns(standings):
                self._write(user, turn)
                tell(turn)
                turned.append(turn)
        return turned

    def _turns(self, standings: Mapping[str, str]) -> Iterator[tuple[Turn, dict[str, Any]]]:
        for user in self._admin.get_users({"briefRepresentation": "false"}):
            before = next(iter(user.get("attributes", {}).get(gate.ATTRIBUTE, ())), None)
            after = standings.get(user["id"], REVOKED if before else None)
            if after is not None and after != before:
                yield Turn(user["id"], before, after), user

    def _write(self, user: dict[str, Any], turn: Turn) -> None:
        """Close the door, then send out whoever was let in: a session ended first could be begun again.

        Whoever is merely pending from now on keeps her session: it may be the one at Jumpseat, in which she is about to
        accept.
        """
        attributes = {**user.get("attributes", {}), gate.ATTRIBUTE: [turn.after]}
        try:
            self._admin.update_user(user["id"], {**user, "attributes": attributes})
            if turn.before == gate.ACCEPTED or turn.after == REVOKED:
                end_access(self._admin, user["id"])
        except KeycloakError as error:
            if error.response_code != NOT_FOUND:  # a user who is gone has no access
                raise


def end_access(admin: KeycloakAdmin, user_id: str) -> None:
    """End a user's sessions at every client, offline ones too, and refuse every token issued until now.

    The logout sets the user's not-before time and tells clients by back-channel logout, within the request. Consents go
    with the offline tokens they hold, which enabling her again would otherwise revive.
    """
    admin.user_logout(user_id)
    for consent in admin.user_consents(user_id):
        try:
            admin.revoke_consent(user_id, consent["clientId"])
        except KeycloakDeleteError as error:
            if error.response_code != NOT_FOUND:  # nothing left to revoke
                raise
