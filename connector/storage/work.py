"""The unit of work: one transaction, and through it every repository."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from connector.domain.settlement import Changes
from connector.settings import Settings
from connector.storage.access_requests import AccessRequests
from connector.storage.accounts import Accounts
from connector.storage.billing import Billing
from connector.storage.break_glass import BrokenGlasses
from connector.storage.cuts import Cuts
from connector.storage.erasure import Erasure
from connector.storage.grants import Grants
from connector.storage.groups import Groups
from connector.storage.handovers import Handovers
from connector.storage.history import History
from connector.storage.identities import Identities
from connector.storage.invitations import Invitations
from connector.storage.ledger import Ledger
from connector.storage.mail_domains import MailDomains
from connector.storage.operator_tokens import OperatorTokens
from connector.storage.people import People
from connector.storage.realms import Realms
from connector.storage.reservations import Reservations
from connector.storage.rules import Rules
from connector.storage.scim_clients import ScimClients
from connector.storage.sessions import Sessions
from connector.storage.signals import Signals
from connector.storage.signing_keys import SigningKeys
from connector.storage.tenancy import Tenancy
from connector.storage.trail import Trail


class Work:
    """One transaction at one moment, `now`. Whoever opened it commits it; nobody else can.

    Rows are locked in one order, always: the tenant's policy, then a group, then people, then an account's pools, each
    by ascending id. `cache` outlives the unit; what it holds is keyed by a version that is read under a lock.
    `settled` is what settlements in this unit came to, in their order, for whoever tells or previews it.
    """

    def __init__(self, connection: Connection, now: datetime, settings: Settings, cache: dict[Any, Any]) -> None:
        self.connection = connection
        self.now = now
        self.settings = settings
        self.cache = cache
        self.settled: list[Changes] = []

    @cached_property
    def tenancy(self) -> Tenancy:
        return Tenancy(self.connection)

    @cached_property
    def operator_tokens(self) -> OperatorTokens:
        return OperatorTokens(self.connection)

    @cached_property
    def people(self) -> People:
        return People(self.connection)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self.connection)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self.connection)

    @cached_property
    def billing(self) -> Billing:
        return Billing(self.connection)

    @cached_property
    def realms(self) -> Realms:
        return Realms(self.connection)

    @cached_property
    def rules(self) -> Rules:
        return Rules(self.connection)

    @cached_property
    def grants(self) -> Grants:
        return Grants(self.connection)

    @cached_property
    def reservations(self) -> Reservations:
        return Reservations(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.connection)

    @cached_property
    def invitations(self) -> Invitations:
        return Invitations(self.connection)

    @cached_property
    def handovers(self) -> Handovers:
        return Handovers(self.connection)

    @cached_property
    def scim_clients(self) -> ScimClients:
        return ScimClients(self.connection)

    @cached_property
    def erasure(self) -> Erasure:
        return Erasure(self.connection)

    @cached_property
    def history(self) -> History:
        return History(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        return Sessions(self.connection)

    @cached_property
    def cuts(self) -> Cuts:
        return Cuts(self.connection)

    @cached_property
    def access_requests(self) -> AccessRequests:
        return AccessRequests(self.connection)

    @cached_property
    def identities(self) -> Identities:
        return Identities(self.connection)

    @cached_property
    def mail_domains(self) -> MailDomains:
        return MailDomains(self.connection)

    @cached_property
    def signals(self) -> Signals:
        return Signals(self.connection)

    @cached_property
    def break_glass(self) -> BrokenGlasses:
        return BrokenGlasses(self.connection)

    @cached_property
    def signing_keys(self) -> SigningKeys:
        return SigningKeys(self.connection)

    @cached_property
    def trail(self) -> Trail:
        return Trail(self.connection)
