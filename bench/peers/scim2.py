"""scim2-server as its own command starts it: its in-memory storage, every feature on, one bearer token.

Its command serves it by wsgiref, which closes every connection; granian keeps them, and is faster.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import load_default_resource_types, load_default_schemas, load_default_service_provider_config

from bench import people

config = load_default_service_provider_config()
config.authentication_schemes = [*(config.authentication_schemes or []), BEARER_TOKEN_SCHEME]
provider = ScimProvider.from_discovery(
    load_default_schemas().values(), load_default_resource_types().values(), config=config
)
storage = InMemoryStorage()
served = BearerTokenApplication(
    storage,
    provider,
    service=ScimService(provider, secret=secrets.token_urlsafe(32)),
    bearer_tokens=[os.environ["BENCH_TOKEN"]],
)


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Serve SCIM, and beside it the path that fills the storage."""
    # Granian's input cannot be read "to its end", which the library does where there is no Content-Length.
    environ.pop("wsgi.input_terminated", None)
    if environ["PATH_INFO"] != "/v2/fill":
        return served(environ, start_response)
    asked = parse_qs(environ["QUERY_STRING"])
    body = json.dumps(_fill(int(asked["from"][0]), int(asked["to"][0]))).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _fill(since: int, upto: int) -> list[str]:
    """Create people as the storage does for a POST, and return their ids."""
    resource_type = next(one for one in provider.resource_types if one.name == "User")
    model = provider.model_for(resource_type)
    stated = (model.model_validate(people.person(number)) for number in range(since, upto))
    return [str(storage.create(resource_type, one).id) for one in stated]
