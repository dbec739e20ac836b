"""`/me` and `/invitations/<token>`."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from connector.domain.errors import IdentityMismatch, OfferChanged
from connector.domain.invitations import InvitationState
from connector.domain.people import Person
from connector.lifecycle import admission, invitations, own_sessions, visits
from connector.lifecycle.invitations import Offer
from connector.lifecycle.visits import Visit
from connector.pages import remedies
from connector.web import cookies
from connector.web.context import lifecycle
from connector.web.csrf import check_form
from connector.web.language import speak
from connector.web.pages import page, refusal
from connector.web.refusals import PageRefusal

blueprint = Blueprint("pages", __name__, template_folder="templates")
remedies.add_to(blueprint)


@blueprint.get("/")
def home() -> AnyResponse:
    """Take whoever types the bare address to her accounts."""
    return redirect("/me")


@blueprint.get("/me")
def me() -> AnyResponse:
    """List the accounts of whoever is signed in."""
    visit = _visit()
    if visit is None:
        return redirect("/login?next=/me")
    if visit.person is None:
        return page("me.html", name=_claimed_name(visit), places=[], sessions=[])
    _speak_to(visit.person)
    places = lifecycle().read(visits.places_of, visit.person.id)
    sessions = lifecycle().read(own_sessions.own_sessions, cookies.session_token())
    return page("me.html", name=visit.person.display_name, places=places, sessions=sessions)


@blueprint.post("/me/sessions")
def end_sessions() -> AnyResponse:
    """End one of one's own sessions, or all others; ending this very one is signing out."""
    check_form()
    key = None if "others" in request.form else request.form.get("session", "")
    lifecycle().write(own_sessions.end_own, cookies.session_token(), key)
    return redirect("/me", 303)


@blueprint.get("/invitations/<token>")
def invitation(token: str) -> Response:
    """Show what is offered. Looking changes nothing: mail scanners open every link."""
    offer = lifecycle().read(invitations.look, token)
    speak(*offer.languages)
    if offer.state is not InvitationState.PENDING:
        again = f"/invitations/{token}/again" if offer.state is InvitationState.EXPIRED else None
        return refusal(f"invitation-{offer.state.value}", action=again)
    return _offer_page(offer, token)


@blueprint.post("/invitations/<token>")
def answer(token: str) -> AnyResponse:
    """Accept as whoever is signed in, or decline; both are final for this token."""
    check_form()
    speak(*lifecycle().read(invitations.look, token).languages)
    match request.form.get("answer"):
        case "accept":
            return _accept(token)
        case "decline":
            lifecycle().write(invitations.decline, token)
            return page("declined.html")
        case _:
            raise PageRefusal("not-possible")


def _offer_page(offer: Offer, token: str, *, changed: bool = False) -> Response:
    visit = _visit()
    signed_in = visit is not None and visit.session.directory_id == offer.directory.id
    sign_in = _sign_in_link(offer, token)
    return page(
        "invitation.html", 409 if changed else 200, offer=offer, signed_in=signed_in, sign_in=sign_in, changed=changed
    )


def _accept(token: str) -> AnyResponse:
    session_token = cookies.session_token()
    try:
        lifecycle().write(invitations.accept, token, session_token, request.form.get("offer"))
    except OfferChanged:
        return _offer_page(lifecycle().read(invitations.look, token), token, changed=True)
    except IdentityMismatch as mismatch:
        lifecycle().write(invitations.note_mismatch, token, session_token, mismatch)
        raise
    response = redirect("/me", 303)
    if session_token is not None:
        # The session is worth more now, so its reference changes (ASVS 7.2.4).
        cookies.begin_session(response, lifecycle().write(visits.renew, session_token))
    return response


def _visit() -> Visit | None:
    token = cookies.session_token()
    visit = lifecycle().read(visits.visit, token)
    if visit is not None and visit.stale and token is not None:
        lifecycle().write(admission.touch, token)
    return visit


def _sign_in_link(offer: Offer, token: str) -> str:
    return f"/login/{offer.directory.slug}?" + urlencode({"next": f"/invitations/{token}"}, safe="/")


def _speak_to(person: Person) -> None:
    """Speak the language that the directory states for her (RFC 7643 section 4.1.1)."""
    speak(person.language)


def _claimed_name(visit: Visit) -> str:
    claims = visit.session.identity.claims
    return str(claims.get("name") or claims.get("preferred_username") or claims.get("email") or "")
