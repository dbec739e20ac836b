"""The users of a realm that gets them from us: made, linked to where they sign in, marked, and let go in order.

A user is ours by an attribute that holds the person's id, which nobody else can write. One who merely bears her name is
somebody else's: to link a foreign account to her sign-in would be to give it to her.
"""

from __future__ import annotations

from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakError

from connector.domain.realms import Likeness, Standing
from connector.keycloak import gate
from connector.keycloak.people import Shown, User, end_access, mark, must_leave, shut, standing_in
from connector.keycloak.server import KeycloakFailure, told_in_a_sentence

CONFLICT = 409


class ProvisionedUsers:
    """The users whom one directory has in the realm; `broker` names the identity provider at which they sign in."""

    def __init__(self, url: str, admin: KeycloakAdmin, broker: str | None) -> None:
        self._url, self._admin, self._broker = url, admin, broker

    def show(self, likeness: Likeness, *, sent_out: bool = False) -> Shown:
        """Let the realm show how one person stands; `sent_out` tells that this has been begun so long ago.

        Raises KeycloakFailure, a permanent one where her name or her sign-in belongs to another user of the realm.
        """
        with told_in_a_sentence(self._url):
            user = self._user_of(likeness.person_id)
            if likeness.standing is Standing.REVOKED:
                return self._let_go(user, sent_out=sent_out) if user else Shown()
            done = []
            if user is None:
                user = self._make(likeness)
                done.append("created")
            before = dict(user)
            if must_leave(user, likeness.standing):
                shut(self._admin, user)
                end_access(self._admin, user["id"])
                if not sent_out:
                    return Shown(("sent out",), finished=False)
            done += self._link(user["id"], likeness)
            mark(self._admin, user, likeness.standing, **_described(likeness))
            done += [likeness.standing.value] if user != before else []
            return Shown(tuple(done))

    def _let_go(self, user: User, *, sent_out: bool) -> Shown:
        """Log out, revoke consents, disable, unlink: after the logout, for a disabled user nobody is told of it.

        (keycloak/keycloak#37981). The mark that all is done comes last.
        """
        links = self._links(user["id"])
        if standing_in(user) == Standing.REVOKED and not user.get("enabled") and not links:
            return Shown()
        shut(self._admin, user)
        end_access(self._admin, user["id"])
        mark(self._admin, user, gate.LEAVING, enabled=False)
        for broker in links:
            self._admin.delete_user_social_login(user["id"], broker)
        if not sent_out:
            return Shown(("sent out",), finished=False)
        mark(self._admin, user, Standing.REVOKED)
        return Shown((Standing.REVOKED.value,))

    def _user_of(self, person_id: str) -> User | None:
        asked = {"q": f"{gate.PERSON}:{person_id}", "briefRepresentation": "false"}
        return next((user for user in self._admin.get_users(asked) if _person_of(user) == person_id), None)

    def _make(self, likeness: Likeness) -> User:
        self._free_name(likeness.user_name)
        described = _described(likeness)
        described["attributes"][gate.ATTRIBUTE] = [Standing.PENDING.value]
        user_id = self._admin.create_user(described)
        return dict(self._admin.get_user(user_id))

    def _free_name(self, user_name: str) -> None:
        """Take the name from somebody who has left, as the directory has; refuse to take it from anybody else."""
        for user in self._admin.get_users({"username": user_name, "exact": "true", "briefRepresentation": "false"}):
            person_id = _person_of(user)
            if person_id is None:
                raise KeycloakFailure(
                    f"The realm has a user {user_name} who did not come from this directory: rename or delete that "
                    "one, or set its attribute "
                    f"{gate.PERSON} to the person's id if it is hers, then: jumpseat keycloak mirror DIRECTORY",
                    permanent=True,
                )
            if standing_in(user) != Standing.REVOKED:
                # Whoever bore the name may be leaving at this moment; if she stays, this says who is in the way.
                raise KeycloakFailure(f"The name {user_name} is still that of the person {person_id} in the realm.")
            self._admin.update_user(user["id"], {**user, "username": f"left-{person_id}", "email": ""})

    def _link(self, user_id: str, likeness: Likeness) -> list[str]:
        """Link her to the broker's subject, which is her externalId, and to no other there."""
        if self._broker is None or likeness.external_id is None:
            return []
        held = self._links(user_id).get(self._broker)
        if held == likeness.external_id:
            return []
        if held is not None:
            self._admin.delete_user_social_login(user_id, self._broker)
        try:
            self._admin.add_user_social_login(user_id, self._broker, likeness.external_id, likeness.user_name)
        except KeycloakError as error:
            if error.response_code != CONFLICT:
                raise
            raise KeycloakFailure(
                f"The identity {likeness.external_id} at {self._broker} is linked to another user of the realm: unlink "
                "it there, then: jumpseat keycloak mirror DIRECTORY",
                permanent=True,
            ) from error
        return ["linked"]

    def _links(self, user_id: str) -> dict[str, str]:
        return {one["identityProvider"]: one["userId"] for one in self._admin.get_user_social_logins(user_id)}


def _described(likeness: Likeness) -> dict[str, Any]:
    """Return what a user of the realm says of a person; what her directory does not state is left as it is."""
    stated = {
        "username": likeness.user_name.lower(),
        "email": likeness.email.lower() if likeness.email else None,
        "firstName": likeness.given_name,
        "lastName": likeness.family_name,
    }
    subject = {gate.SUBJECT: [likeness.external_id]} if likeness.external_id else {}
    return {
        "enabled": True,
        **{name: value for name, value in stated.items() if value},
        "attributes": {gate.PERSON: [likeness.person_id], **subject},
    }


def _person_of(user: User) -> str | None:
    return next(iter(user.get("attributes", {}).get(gate.PERSON, ())), None)
