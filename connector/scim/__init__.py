"""The SCIM 2.0 service provider at `/scim/<directory>/v2`: what identity providers speak to (RFC 7643, RFC 7644).

It owns the protocol: dialects, PATCH, paging, projections, representation, discovery, and that every answer under
`/scim/` is SCIM JSON. It knows neither SQL nor what follows from a statement; that is the lifecycle's.
"""

from connector.scim import journaling
from connector.scim.routes import blueprint

__all__ = ["blueprint"]

journaling.install(blueprint)
