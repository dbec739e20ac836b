"""What members see: an invitation with its two answers, and the accounts they have.

It shows what the use cases say and passes on what people answer. It knows no provider and decides nothing.
"""

from connector.pages.views import blueprint

__all__ = ["blueprint"]
