"""Pull a realm: read it, compare, state the differences. What Keycloak cannot push is so no later than the interval."""

from __future__ import annotations

from collections.abc import Callable

from keycloak import KeycloakAdmin

from connector.domain.errors import AlreadyExists, DomainError, TooManyLeaving
from connector.keycloak.reading import RealmReader
from connector.keycloak.server import KeycloakFailure, ServiceAccount, connect
from connector.lifecycle import Lifecycle, pulling
from connector.lifecycle.pulling import Differences, Held, Read, Report
from connector.lifecycle.realms import RealmAccess

Connect = Callable[[RealmAccess], KeycloakAdmin]


def administrate(access: RealmAccess) -> KeycloakAdmin:
    """Return the admin API of a realm, for the worker; raises KeycloakFailure when its secret cannot be read."""
    if access.secret is None:
        raise KeycloakFailure(
            f"The secret for the realm {access.realm.name} was kept under another JUMPSEAT_SECRET_KEY: set the old one "
            "again, or: jumpseat keycloak setup DIRECTORY ...",
            permanent=True,
        )
    realm = access.realm
    return connect(realm.server, realm.name, ServiceAccount(realm.client_id, access.secret))


class Pull:
    """One realm, pulled once. Whoever runs it has taken the realm before (`pulling.take`, or `claim`)."""

    def __init__(self, lifecycle: Lifecycle, access: RealmAccess, connected: Connect = administrate) -> None:
        self._lifecycle, self._access, self._connected = lifecycle, access, connected
        self._realm = access.realm

    def look(self) -> tuple[Held, Read, Differences]:
        """Read the realm and compare; raises KeycloakFailure. Nothing is changed."""
        before = self._lifecycle.read(pulling.held, self._realm)
        now = RealmReader(self._realm.server, self._connected(self._access)).read(before)
        return before, now, pulling.differences(before, now)

    def run(self, *, anyway: bool = False) -> Report:
        """Bring the directory to what the realm says, and return what that came to.

        Raises KeycloakFailure, and TooManyLeaving unless `anyway`; then nothing was changed, and both are noted for
        `doctor`. What cannot be stated of one person keeps no other from being stated.
        """
        try:
            report = self._run(anyway)
        except (KeycloakFailure, TooManyLeaving) as failure:
            self._lifecycle.write(pulling.not_read, self._realm, str(failure))
            raise
        except BaseException:
            # Interrupted, or something unexpected: nobody is to wait for it.
            self._lifecycle.write(pulling.not_read, self._realm, "It broke off.")
            raise
        self._lifecycle.write(pulling.finished, self._realm, report)
        return report

    def _run(self, anyway: bool) -> Report:
        before, now, found = self.look()
        by = self._lifecycle.read(pulling.access, self._realm)
        if found.trips and not anyway:
            raise TooManyLeaving(by.directory.slug, len(found.losing), found.active)
        report, left = Report(found.counts, len(found.losing)), list(pulling.steps(found))
        # Names that people exchange are free once the other has let go of hers.
        for last in (False, True):
            again = []
            for kind, key in left:
                try:
                    self._lifecycle.write(pulling.STEPS[kind], by, before, now, key)
                except AlreadyExists as taken:
                    again.append((kind, key))
                    report.problems += [f"{key}: {taken}"] if last else []
                except DomainError as refused:
                    report.problems.append(f"{key}: {refused}")
            left = again
        return report
