"""The operators' page: what stands, who waits, what is left to do, and what was not delivered.

It knows the use cases and how to show their answers. It has no password and no way in but a link made on the command
line; to everybody else it reveals nothing.
"""

from connector.console.views import blueprint

__all__ = ["blueprint"]
