"""The worker's part in Keycloak: telling realms how people stand, and reading those that cannot tell us.

Each has a thread of its own, so that a realm that does not answer keeps no letter waiting, and one that is being read
keeps nobody in who has left.
"""

from __future__ import annotations

import logging

from connector.domain.errors import DomainError
from connector.domain.realms import Likeness
from connector.keycloak.people import AGAIN_AFTER, RealmPeople, Shown
from connector.keycloak.provisioned import ProvisionedUsers
from connector.keycloak.pull import Connect, Pull, administrate
from connector.keycloak.server import KeycloakFailure
from connector.lifecycle import Lifecycle, mirroring, pulling, realms
from connector.lifecycle.delivery import Delivery
from connector.lifecycle.mirroring import Telling
from connector.lifecycle.realms import RealmAccess
from connector.observability import note

log = logging.getLogger(__name__)

SETTLED_AFTER = 5
"""So often somebody may change while the realm is told of her, before she is left for later."""

People = RealmPeople | ProvisionedUsers


class RealmTeller:
    """Delivers what realms are to be told, one turn at a time."""

    def __init__(self, lifecycle: Lifecycle, connected: Connect = administrate) -> None:
        self._lifecycle, self._connected = lifecycle, connected
        self._open: dict[str, tuple[RealmAccess, People]] = {}

    def turn(self) -> bool:
        """Tell what there is to tell; True when there was anything."""
        if not self._lifecycle.read(realms.any_connected):
            return False
        claimed = self._lifecycle.write(mirroring.claim)
        away: dict[str, KeycloakFailure] = {}
        for one in claimed:
            self._deliver(one, away)
        return bool(claimed)

    def _deliver(self, one: Delivery, away: dict[str, KeycloakFailure]) -> None:
        try:
            shown = self._show(one, away)
        except KeycloakFailure as failure:
            self._lifecycle.write(mirroring.not_told, one, str(failure), permanent=failure.permanent)
            note(log, "realm:failed", delivery=one.id, attempts=one.attempts)
        else:
            use_case = mirroring.told if shown.finished else mirroring.sent_out
            self._lifecycle.write(use_case, one, shown.done, AGAIN_AFTER)
            note(log, "realm:told", delivery=one.id)

    def _show(self, one: Delivery, away: dict[str, KeycloakFailure]) -> Shown:
        """Show the realm how a person stands, until it shows how she stands now, or she is to be sent out again.

        Another worker may have told it of an earlier moment meanwhile: whoever writes last looks again.
        """
        done: tuple[str, ...] = ()
        told: Likeness | None = None
        for _ in range(SETTLED_AFTER):
            wanted = self._lifecycle.read(mirroring.telling, one)
            if wanted is None or wanted.likeness == told:
                return Shown(done)
            shown = self._shown(wanted, away)
            done += shown.done
            if not shown.finished:
                return Shown(done, finished=False)
            told = wanted.likeness
        raise KeycloakFailure("She changes faster than the realm can be told.")

    def _shown(self, wanted: Telling, away: dict[str, KeycloakFailure]) -> Shown:
        realm = wanted.to.realm
        if realm.server in away:
            raise away[realm.server]
        try:
            return self._people(wanted.to).show(wanted.likeness, sent_out=wanted.sent_out)
        except KeycloakFailure as failure:
            if failure.unreachable:
                away[realm.server] = failure
            raise

    def _people(self, access: RealmAccess) -> People:
        """Return the way to a realm's users, with the token that it has from the last time."""
        realm = access.realm
        held = self._open.get(realm.directory_id)
        if held is None or held[0] != access:
            held = self._open[realm.directory_id] = (access, self._people_of(access))
        return held[1]

    def _people_of(self, access: RealmAccess) -> People:
        realm, admin = access.realm, self._connected(access)
        ours = ProvisionedUsers(realm.server, admin, realm.broker)
        return ours if realm.creates else RealmPeople(realm.server, admin)


class RealmPuller:
    """Reads the realms that are to be read, one turn at a time."""

    def __init__(self, lifecycle: Lifecycle, connected: Connect = administrate) -> None:
        self._lifecycle, self._connected = lifecycle, connected

    def turn(self) -> bool:
        """Read what is due; True when anything was."""
        if not self._lifecycle.read(realms.any_connected):
            return False
        due = self._lifecycle.write(pulling.claim)
        for realm in due:
            try:
                access = self._lifecycle.read(realms.opened, realm)
                report = Pull(self._lifecycle, access, self._connected).run()
            except (KeycloakFailure, DomainError) as failure:
                note(log, "realm:not-read", realm=realm.name, why=type(failure).__name__)
            else:
                note(log, "realm:read", realm=realm.name, stated=sum(report.counts.values()))
        return bool(due)
