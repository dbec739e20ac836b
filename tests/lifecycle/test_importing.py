"""Inviting people from a list, on both databases: whom a row means, what becomes of it, and nobody twice."""

from __future__ import annotations

import io
from functools import partial

import pytest

from connector.domain.errors import ListRefused, NotFound, SheetUnreadable
from connector.domain.events import Kind
from connector.domain.grants import Given
from connector.domain.invitees import RowResult
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.lifecycle import importing, invitations, people_lists
from connector.lifecycle.people_lists import PeopleList
from connector.lifecycle.ruling import problems_of
from connector.mappers.invitees import InviteeReader, find_columns
from connector.mappers.sheets import open_sheet

from .company import OPERATOR, Company

MEMBER = Given(role="member")


def listed(company: Company, text: str, account: str = "crm", directory: str | None = None) -> PeopleList:
    terms = company.read(importing.terms_for, account)
    sheet = open_sheet(io.BytesIO(text.encode()), "people.csv")
    usual = MEMBER if account == "crm" else Given("core")
    reader = InviteeReader(sheet, find_columns(sheet), terms, partial(problems_of, terms=terms), usual)
    return people_lists.checked_list(reader, account, directory)


def invite(company: Company, text: str, account: str = "crm", directory: str | None = None) -> list[RowResult]:
    return people_lists.invite_list(company.lifecycle, listed(company, text, account, directory), OPERATOR, _no_step)


def rehearse(company: Company, text: str) -> list[RowResult]:
    return people_lists.rehearse_list(company.lifecycle, listed(company, text), OPERATOR, _no_step)


def _no_step() -> None:
    pass


def outcomes(results: list[RowResult]) -> list[tuple[int, str, str | None]]:
    return [(one.row, one.outcome.value, one.directory) for one in results]


def local(company: Company, name: str) -> Person:
    found = company.read(lambda work: work.people.named(company.access("main-local").directory.id, name))
    assert found is not None
    return found


@pytest.fixture
def acme(company: Company) -> Company:
    """Give a company with three seats, whose directories `okta` and `main-local` can sign people in."""
    company.sign_in_at("main-local")
    company.account(seats=3)
    return company


def test_each_row_comes_to_what_its_person_is(acme: Company) -> None:
    """In the order of the rows; who is known is meant wherever her directory is, who is not is stated in `local`."""
    ada, ben, leaver = acme.person("ada"), acme.person("ben"), acme.person("lea")
    acme.deactivate(leaver)
    acme.rule(where='userName sw "ben"')
    rows = """\
email,name
ADA@acme.example,
ben@acme.example,
lea@acme.example,
zoe@acme.example,Zoé
ada@ACME.example,
max@acme.example,Max
"""
    shown = rehearse(acme, rows)
    assert outcomes(shown) == [
        (2, "invited", "okta"),
        (3, "already-invited", "okta"),
        (4, "left", "okta"),
        (5, "invited", "main-local"),
        (6, "duplicate", None),
        (7, "waits", "main-local"),
    ]
    assert (shown[4].of, [one.matched for one in shown]) == (2, [True, True, True, False, False, False])
    assert acme.states(ada, ben) == [None, State.INVITED]
    assert invite(acme, rows) == shown
    zoe, max_ = local(acme, "zoe@acme.example"), local(acme, "MAX@acme.example")
    assert acme.states(ada, ben, leaver, zoe, max_) == [
        State.INVITED,
        State.INVITED,
        None,
        State.INVITED,
        State.WAITING,
    ]
    assert (zoe.display_name, zoe.work_email) == ("Zoé", "zoe@acme.example")
    assert acme.pool().promised == 3


def test_the_same_list_twice_invites_nobody_twice(acme: Company) -> None:
    """Nor states anybody again; who accepted since is a member, who said no is not asked again."""
    rows = "email\nann@x.example\nbob@x.example\ncat@x.example\ndan@x.example\n"
    invite(acme, rows)
    ann, bob = local(acme, "ann@x.example"), local(acme, "bob@x.example")
    session = acme.sign_in(ann, "main-local", email="ann@x.example", email_verified=True)
    acme.write(invitations.accept, acme.invitation(ann), session)
    acme.decline(bob)
    mails, stated = len(acme.mails()), len(acme.events(Kind.PERSON_STATED))
    results = invite(acme, rows)
    assert [one.outcome.value for one in results] == ["already-member", "said-no", "already-invited", "already-invited"]
    assert (len(acme.mails()), len(acme.events(Kind.PERSON_STATED))) == (mails, stated)
    assert len(acme.events(Kind.GRANT_GIVEN)) == 4


def test_a_crash_in_the_middle_is_made_good_by_reading_the_list_again(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays, what was not is done the second time, and nobody has two invitations."""
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    acme.capacity(7)
    rows = "email\n" + "".join(f"p{number}@x.example\n" for number in range(7))
    people, steps = listed(acme, rows), []

    def crash() -> None:
        steps.append(1)
        if len(steps) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        people_lists.invite_list(acme.lifecycle, people, OPERATOR, crash)
    assert acme.pool().promised == 6
    results = invite(acme, rows)
    assert [one.outcome.value for one in results] == ["already-invited"] * 6 + ["invited"]
    assert [one.batch for one in results] == [1, 1, 2, 2, 3, 3, 4]
    assert sorted(acme.mails()) == sorted(set(acme.mails()))


def test_a_vendor_that_takes_a_hundred_gets_no_more_in_a_batch(acme: Company) -> None:
    """As HubSpot's import has it (its article on creating users)."""
    acme.account("hub", "hubspot", "marketing_pro", core=150)
    results = invite(acme, "email\n" + "".join(f"p{number}@x.example\n" for number in range(150)), "hub")
    assert [one.batch for one in results] == [1] * 100 + [2] * 50
    assert {one.outcome.value for one in results} == {"invited"}


def test_one_row_that_cannot_be_used_keeps_all_from_being_done(acme: Company) -> None:
    """Every row is checked before the first is invited, and each that is wrong is told; so is a row that breaks off."""
    rows = "email;role\nann@x.example;member\nbob;member\ncat@x.example;chief\ndan@x.example;member\n"
    with pytest.raises(ListRefused) as caught:
        invite(acme, rows)
    assert caught.value.rows == 2
    assert [one.partition(":")[0] for one in caught.value.problems] == ["row 3, email", "row 4, role"]
    with pytest.raises(SheetUnreadable, match=r"people\.csv, row 3, cannot be read: a quotation mark"):
        invite(acme, 'email;name\nann@x.example;Ann\nbob@x.example;"Bob\ncat@x.example;Cat\n')
    assert acme.pool().promised == 0
    assert acme.events(Kind.PERSON_STATED) == []


def test_an_address_of_several_people_needs_its_directory(acme: Company) -> None:
    """Named, it is looked for there and in `local` alone; a person found by two of her names is one."""
    acme.directory("entra")
    one, other = acme.person("ada"), acme.person("ada", "entra", externalId="ext-2")
    assert outcomes(invite(acme, "email\nada@acme.example\n")) == [(2, "several-people", None)]
    assert outcomes(invite(acme, "email\nada@acme.example\n", directory="entra")) == [(2, "invited", "entra")]
    assert acme.states(one, other) == [None, State.INVITED]
    with pytest.raises(NotFound, match="Known: "):
        invite(acme, "email\nada@acme.example\n", directory="entr")
    assert outcomes(invite(acme, "email\nmax@acme.example\n", directory="local")) == [(2, "invited", "main-local")]
    acme.person("eve", "entra", emails=[{"value": "eve@other.example", "type": "work"}])
    both = invite(acme, "email\neve@other.example\neve@acme.example\n")
    assert outcomes(both) == [(2, "invited", "entra"), (3, "duplicate", None)]
    assert both[1].of == 2


def test_who_left_and_is_a_new_person_now_is_the_new_one(acme: Company) -> None:
    """Somebody of the same name whom the directory wants in goes before one whom it wants out."""
    old = acme.person("ada")
    acme.deactivate(old)
    new = acme.person("ada", externalId="ext-new")
    assert outcomes(invite(acme, "email\nada@acme.example\n")) == [(2, "invited", "okta")]
    assert acme.states(old, new) == [None, State.INVITED]


def test_what_a_list_gives_is_due_only_while_the_person_is_active(acme: Company) -> None:
    """It is a grant by hand: a directory that wants her out ends it, and no rule has to exist."""
    ada = acme.person("ada")
    invite(acme, "email\nada@acme.example\n")
    acme.accept(ada)
    assert acme.state(ada) is State.ACTIVE
    acme.deactivate(ada)
    assert acme.state(ada) is State.ENDED
    assert acme.pool().held == 0


def test_who_cannot_sign_in_is_kept_until_she_can(company: Company) -> None:
    """`local` has no OpenID Connect settings unless somebody gives it some."""
    company.account(seats=3)
    assert outcomes(invite(company, "email\nann@x.example\n")) == [(2, "no-sign-in", "main-local")]
    company.sign_in_at("main-local")
    assert company.state(local(company, "ann@x.example")) is State.INVITED
