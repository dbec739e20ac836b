"""A rehearsal: a use case that is run as it would be, and undone."""

from __future__ import annotations

from connector.lifecycle import ruling
from connector.lifecycle.settling import settle_time
from connector.storage.work import Work

from .company import OPERATOR, Company


def test_a_rehearsal_returns_what_would_be_and_leaves_nothing_of_it(company: Company) -> None:
    """The rule seats ada within the rehearsal; afterwards there is neither rule nor seat, and the rules are as old."""
    company.account(seats=1)
    ada = company.person("ada")
    before = len(company.events())
    rule, results = company.lifecycle.rehearse(
        ruling.add_rule, "all", "crm", OPERATOR, where="active eq true", role="member"
    )
    assert (rule.name, [len(one.changes) for one in results]) == ("all", [1])
    assert company.rules() == {}
    assert company.state(ada) is None
    assert company.pool().promised == 0
    assert len(company.events()) == before


def test_what_a_rehearsal_remembers_is_not_found_afterwards(company: Company) -> None:
    """Rules are remembered by a version; the one of a rehearsal is given to something else afterwards."""
    account = company.account(seats=2)

    def a_rule_and_time(work: Work) -> None:
        ruling.add_rule(work, "all", "crm", OPERATOR, where="active eq true", role="member")
        settle_time(work, account.tenant_id, account.id)

    company.lifecycle.rehearse(a_rule_and_time)
    company.capacity(3)
    assert company.state(company.person("ada")) is None
