"""A small OpenID provider over HTTP that speaks as Okta, Entra ID or Keycloak do, and can be told to misbehave.

It signs in whoever is clicked on, asks for no password, and keeps everything in memory: for demos and tests only.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, jsonify, redirect, render_template_string, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from demo.authorization import SignedIn, authorization_server
from demo.deviations import ANSWERS, Deviation
from demo.openid import OpenIdProvider
from demo.speaking import ProviderPerson, Speech, read_people

_SIGN_IN_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title>
<h1>Who are you?</h1><form method="post">
{% for person in people %}<p><button name="person" value="{{ person.user_name }}">{{ person.name }}</button>
{{ person.user_name }}</p>{% endfor %}
<p><button name="person" value="">Cancel</button></p></form></html>"""


def _web(provider: OpenIdProvider) -> Flask:
    app = Flask(__name__)
    manners = provider.manners
    server = authorization_server(
        app,
        provider.store,
        provider.response_issuer,
        provider.id_token,
        provider.issuer + manners.token,
        provider.clock,
    )

    def authorize() -> ResponseReturnValue:
        """Show who can sign in; a POST of `person`, or `prompt=none` with `login_hint`, goes on at once."""
        chosen = request.form.get("person")
        if chosen is None and request.args.get("prompt") == "none":
            chosen = request.args.get("login_hint", "")
        session = None if Deviation.DENIES in provider.deviations else _open_session(provider, chosen)
        try:
            grant = server.get_consent_grant(end_user=session)
        except OAuth2Error as error:
            return server.handle_error_response(None, error)  # type: ignore[no-any-return]
        if chosen is None:
            people = sorted(provider.people.values(), key=lambda p: p.user_name != request.args.get("login_hint"))
            return render_template_string(_SIGN_IN_PAGE, people=people)
        return server.create_authorization_response(grant_user=session, grant=grant)  # type: ignore[no-any-return]

    def userinfo() -> ResponseReturnValue:
        access_token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = provider.store.access_tokens.get(access_token)
        if known is None:
            return jsonify(error="invalid_token"), 401
        client_id, session = known
        return jsonify(provider.userinfo(session, client_id))

    def token() -> ResponseReturnValue:
        response: Response = server.create_token_response()
        spent = provider.store.access_tokens.get((response.get_json() or {}).get("access_token", ""))
        if spent:
            client_id, session = spent
            provider.store.sessions.setdefault(session.sid, (session, set()))[1].add(client_id)
        return response

    app.add_url_rule("/.well-known/openid-configuration", "discovery", lambda: jsonify(provider.metadata()))
    app.add_url_rule(manners.keys, "keys", lambda: jsonify(provider.public_keys))
    app.add_url_rule(manners.authorize, "authorize", authorize, methods=["GET", "POST"])
    app.add_url_rule(manners.token, "token", token, methods=["POST"])
    app.add_url_rule(manners.userinfo, "userinfo", userinfo, methods=["GET", "POST"])
    app.add_url_rule(manners.end_session, "end_session", lambda: _end_session(provider), methods=["GET", "POST"])

    provider.signals.add_to(app, manners.keys)

    @app.before_request
    def misbehave() -> ResponseReturnValue | None:
        provider.requests.append(request.endpoint or request.path)
        for deviation in provider.deviations & ANSWERS.keys():
            endpoint, status, body, headers = ANSWERS[deviation]
            if request.endpoint == endpoint:
                return body, status, headers
        return None

    return app


def _open_session(provider: OpenIdProvider, user_name: str | None) -> SignedIn | None:
    person = provider.people.get(user_name or "")
    return SignedIn(person, secrets.token_hex(16), int(provider.clock())) if person else None


def _end_session(provider: OpenIdProvider) -> ResponseReturnValue:
    """End the session that the hint names, then go back only to a registered address (RP-Initiated Logout 1.0)."""
    keys = KeySet.import_key_set(provider.public_keys)  # type: ignore[arg-type]
    try:
        claims = jwt.decode(request.values.get("id_token_hint", ""), keys, [provider.algorithm]).claims
    except (JoseError, ValueError):
        return "You are signed out.", 200
    if claims.get("sid") in provider.store.sessions:
        provider.end_session(claims["sid"])
    client, target = provider.store.clients.get(claims["aud"]), request.values.get("post_logout_redirect_uri")
    if client is None or target not in client.post_logout_redirect_uris:
        return "You are signed out.", 200
    state = request.values.get("state")
    return redirect(add_params_to_uri(target, {"state": state}) if state else target)


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave the terminal to the demo."""


@contextmanager
def running(
    speech: Speech, people: Iterable[ProviderPerson], clock: Callable[[], float] = time.time, port: int = 0
) -> Iterator[OpenIdProvider]:
    """Serve a provider on a loopback port (a free one when 0) from threads of this process, for the block's length."""
    server, provider = _server(port, speech, people, clock)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _server(
    port: int, speech: Speech, people: Iterable[ProviderPerson], clock: Callable[[], float] = time.time
) -> tuple[BaseWSGIServer, OpenIdProvider]:
    placeholder = Flask(__name__)
    server = make_server("127.0.0.1", port, placeholder, threaded=True, request_handler=_Quiet)
    provider = OpenIdProvider(f"http://127.0.0.1:{server.server_port}", speech, people, clock)
    server.app = _web(provider)
    return server, provider


@click.command()
@click.option("--port", default=9000, show_default=True, help="Loopback port; the issuer is http://127.0.0.1:PORT.")
@click.option("--people", "people_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--speak", type=click.Choice([s.value for s in Speech]), default=Speech.OKTA.value, show_default=True)
@click.option("--client-id", default="jumpseat", show_default=True)
@click.option("--client-secret", default="jumpseat-demo-secret", show_default=True)
@click.option("--redirect-uri", multiple=True, help="A callback of the client; may be repeated.")
@click.option("--post-logout-redirect-uri", multiple=True)
@click.option("--backchannel-logout-uri")
@click.option("--deviate", multiple=True, type=click.Choice([d.value for d in Deviation]), help="Misbehave so.")
def main(
    port: int,
    people_file: Path,
    speak: str,
    client_id: str,
    client_secret: str,
    redirect_uri: tuple[str, ...],
    post_logout_redirect_uri: tuple[str, ...],
    backchannel_logout_uri: str | None,
    deviate: tuple[str, ...],
) -> None:
    """Run the demo's OpenID provider until it is interrupted. It asks for no password: never expose it."""
    server, provider = _server(port, Speech(speak), read_people(people_file))
    provider.register_client(client_id, client_secret, redirect_uri, post_logout_redirect_uri, backchannel_logout_uri)
    provider.deviations |= {Deviation(name) for name in deviate}
    click.echo(f"{provider.issuer} speaks as {speak}; {len(provider.people)} people can sign in.")
    server.serve_forever()


if __name__ == "__main__":
    main()
