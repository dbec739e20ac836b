"""What holds of invitations whatever is done about them, in whatever order, with the post going or down."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.errors import DomainError, InvitationUnusable
from connector.domain.events import Kind
from connector.domain.invitations import InvitationState
from connector.domain.memberships import State
from connector.domain.people import Person
from connector.lifecycle import Lifecycle, invitations, resending
from connector.lifecycle.resending import Whom
from connector.settings import Settings
from connector.storage.database import Database

from .company import OPERATOR, SECRET_KEY, Clock, Company
from .test_inviting import Post, mailed

WHO = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        *(
            st.tuples(st.just(verb), WHO)
            for verb in ("join", "accept", "decline", "cancel", "revoke", "leave", "return")
        ),
        st.tuples(st.just("resend"), WHO, st.sampled_from([None, True, False])),
        st.tuples(st.just("resend many"), st.sampled_from(list(Whom))),
        st.tuples(st.just("title"), WHO, st.sampled_from(["Engineer", "Pilot"])),
        st.tuples(st.just("hours"), st.sampled_from([1, 30, 127, 170])),
        st.tuples(st.just("seats"), st.integers(1, 3)),
        st.tuples(st.just("post"), st.booleans()),
    ),
    min_size=4,
    max_size=16,
)


class Story:
    """Three people, an account, a post office, and every token that was ever good."""

    def __init__(self, company: Company) -> None:
        self.company, self.post = company, Post(company)
        self.people: dict[int, Person] = {}
        self.tokens: dict[str, Person] = {}

    def do(self, verb: str, *told: object) -> None:
        company, person = self.company, self.people.get(told[0]) if isinstance(told[0], int) else None
        match verb, told:
            case "join", (int(number),) if person is None:
                self.people[number] = mailed(company, f"p{number}", title="Engineer")
            case "hours", (int(hours),):
                company.clock.forward(hours=hours)
            case "seats", (int(number),):
                company.capacity(number)
            case "post", (bool(down),):
                self.post.box.down = down
                self.post.after(seconds=30)
            case "resend many", (Whom() as whom,):
                resending.resend_many(company.lifecycle, "crm", whom, OPERATOR)
            case _ if person is not None:
                self.about(person, verb, told)

    def about(self, person: Person, verb: str, told: tuple[object, ...]) -> None:
        company = self.company
        match verb:
            case "accept" | "decline":
                if company.state(person) is State.INVITED:
                    getattr(company, verb)(person)
            case "cancel" | "revoke":
                company.act(verb, person)
            case "leave" | "return":
                company.change(person, active=verb == "return")
            case "title":
                company.change(person, title=told[1])
            case "resend":
                whom = ("crm", "okta", person.stated.user_name, OPERATOR)
                company.write(invitations.resend, *whom, mails=told[1])

    def check(self) -> None:
        """At most one token of each is good, a dead one opens nothing, and every promise has its invitation."""
        company, good = self.company, set()
        for person in self.people.values():
            if company.state(person) is State.INVITED:
                token = company.invitation(person)
                self.tokens[token] = person
                good |= {token} if company.closed_as(token) is InvitationState.PENDING else set()
        assert company.pool().promised == [company.state(one) for one in self.people.values()].count(State.INVITED)
        for token in self.tokens.keys() - good:
            assert company.closed_as(token) is not InvitationState.PENDING

    def use_the_dead(self) -> None:
        """Nobody gets in by a token that is dead, though it was hers."""
        company = self.company
        for token, person in self.tokens.items():
            state = company.state(person)
            if company.closed_as(token) is not InvitationState.PENDING:
                with suppress(DomainError):
                    session = company.sign_in(person)
                    with pytest.raises(InvitationUnusable):
                        company.write(invitations.accept, token, session)
                with pytest.raises(InvitationUnusable):
                    company.write(invitations.decline, token)
                assert company.state(person) is state


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_one_token_is_good_and_no_letter_leaves_twice(sqlite_template: Path, steps: list[tuple[object, ...]]) -> None:
    """At most one live token a membership, no dead one ever opens, and one letter for each reason, whatever happens."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{shutil.copy(sqlite_template, folder)}")
        clock = Clock()
        company = Company(Lifecycle(database, Settings(SECRET_KEY, public_url="https://seats.example"), clock), clock)
        company.directory("okta")
        company.account(seats=2)
        company.rule(where='title eq "Engineer"', name="engineers")
        company.rule(where='title eq "Pilot"', permissions=["use"], name="pilots")
        story = Story(company)
        for step in (("join", 0), ("join", 1), *steps):
            with suppress(DomainError):
                story.do(str(step[0]), *step[1:])
            story.check()
        story.do("post", False)
        story.use_the_dead()
        sent = Counter((one["after"]["letter"], one["subject_id"]) for one in company.events(Kind.MAIL_SENT))
        assert set(sent.values()) <= {1}
        assert len(set(story.post.box.numbers)) == len(story.post.box.numbers)
        database.dispose()
