"""The operator API, `/api/v1/`: what operators do, for programs, described by its own OpenAPI document.

It knows the use cases and how to show their answers as JSON; it decides nothing. Each module is one noun, each view one
use case. A token says who asks and what it may do; every failure is a problem document (RFC 9457). It must not know of
SCIM, pages or sign-in.
"""

from connector.api.routes import install

__all__ = ["install"]
