"""Write into the realm how its people's invitations stand, and end the sessions of whoever lost her access.

The realm's own gate reads what is written here. It is compared and mended, never replayed: whatever was missed, because
Keycloak was down or somebody edited a user, is put right by the next run. Any step may be the last one that is reached:
the next attempt continues there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakDeleteError, KeycloakError

from connector.domain.realms import Likeness, Standing
from connector.keycloak import gate
from connector.keycloak.server import NOT_FOUND, told_in_a_sentence

User = dict[str, Any]

AGAIN_AFTER = timedelta(seconds=2)
"""How long after somebody was sent out she is sent out again; more than a second."""

_USER_ID = re.compile(r"[A-Za-z0-9:_-]{1,255}")
"""What an id in a realm looks like, those of federated users too. It becomes part of an address that we write to."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was done for a realm to show how somebody stands, perhaps nothing.

    Where it is not `finished`, she has been sent out and is to be sent out again after `AGAIN_AFTER`.
    """

    done: tuple[str, ...] = ()
    finished: bool = True


class RealmPeople:
    """The users of a realm that states them itself, by their ids; those are the externalIds that we are told."""

    def __init__(self, url: str, admin: KeycloakAdmin) -> None:
        self._url, self._admin = url, admin

    def show(self, likeness: Likeness, *, sent_out: bool = False) -> Shown:
        """Let the realm show how one person stands; `sent_out` tells that this has been begun so long ago.

        Raises KeycloakFailure. Somebody whom the realm does not know has no access there. Whether she is enabled and to
        what she is linked is the realm's own business.
        """
        user_id = likeness.external_id
        if user_id is None or not is_user_id(user_id):
            return Shown()
        with told_in_a_sentence(self._url):
            user = found(lambda: self._admin.get_user(user_id))
            if user is None or standing_in(user) == likeness.standing:
                return Shown()
            if not turn(self._admin, user, likeness.standing, sent_out=sent_out):
                return Shown(("sent out",), finished=False)
            return Shown((likeness.standing.value,))


def is_user_id(external_id: str) -> bool:
    """Tell whether this could be a user's id; what directories state may be anything."""
    return _USER_ID.fullmatch(external_id) is not None


def standing_in(user: User) -> str | None:
    """Return what the realm's gate reads of a user."""
    return next(iter(user.get("attributes", {}).get(gate.ATTRIBUTE, ())), None)


def turn(admin: KeycloakAdmin, user: User, standing: Standing, *, sent_out: bool) -> bool:
    """Let a user stand otherwise from now on, without the sessions that she may not have any more.

    Tells whether that is so already. Whoever is merely pending for the first time keeps hers: it may be the one at
    Jumpseat, in which she is about to accept.
    """
    if must_leave(user, standing):
        shut(admin, user)
        end_access(admin, user["id"])
        if not sent_out:
            return False
    mark(admin, user, standing)
    return True


def must_leave(user: User, standing: Standing) -> bool:
    """Tell whether a user's sessions are to be ended before she stands so; one who was being sent out is sent out."""
    held = standing_in(user)
    lost = held == gate.ACCEPTED and standing is not Standing.ACCEPTED
    return lost or held == gate.LEAVING or standing is Standing.REVOKED


def mark(admin: KeycloakAdmin, user: User, standing: str, **changes: Any) -> None:
    """Write how a user stands, and what else is to be changed of her, if that differs; `user` is then so."""
    attributes = {**user.get("attributes", {}), **changes.pop("attributes", {}), gate.ATTRIBUTE: [str(standing)]}
    wanted = {**changes, "attributes": attributes}
    if any(user.get(name) != value for name, value in wanted.items()):
        user.update(wanted)
        admin.update_user(user["id"], user)


def shut(admin: KeycloakAdmin, user: User) -> None:
    """Close the door before anybody is sent out: a session ended first could be begun again.

    What stands there then is no standing: until it is one, what is left to do is not done.
    """
    mark(admin, user, gate.LEAVING)


def end_access(admin: KeycloakAdmin, user_id: str) -> None:
    """End a user's sessions at every client, offline ones too, and refuse every token issued until now.

    The logout sets the user's not-before time and tells clients by back-channel logout, within the request. Consents go
    with the offline tokens they hold, which enabling her again would otherwise revive. It is to be done twice: that
    time has whole seconds, so that a token of the same second, or one that was refreshed meanwhile, outlives the first,
    although no session is listed any more (measured on 26.7.4).
    """
    admin.user_logout(user_id)
    for consent in admin.user_consents(user_id):
        try:
            admin.revoke_consent(user_id, consent["clientId"])
        except KeycloakDeleteError as error:
            if error.response_code != NOT_FOUND:  # nothing left to revoke
                raise


def found(ask: Callable[[], User]) -> User | None:
    """Return what was asked for, None where Keycloak does not have it."""
    try:
        return ask()
    except KeycloakError as error:
        if error.response_code == NOT_FOUND:
            return None
        raise
