"""OpenID Connect relying party: signing in, the gate, and the provider's word that a session is over.

Authlib speaks the protocol; this package checks what it leaves out. It knows nothing of seats, invitations or SQL: who
may enter is asked of `lifecycle.admission`, and nothing that a provider said is ever shown to anybody.
"""

from connector.sso.views import blueprint

__all__ = ["blueprint"]
