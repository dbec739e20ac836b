"""Letters to people: what they say, in English and in French, and how they leave.

It owns the templates, the headers and the transports. It must not know why a letter is written, to whom else, or what
follows from it: the worker hands it facts, and retries what could not be sent.
"""

from connector.mail.letters import (
    About,
    GlassMail,
    HandoverMail,
    InvitationMail,
    broken_glass,
    handover,
    invitation,
)
from connector.mail.transports import MailNotSent, Transport, transport

__all__ = [
    "About",
    "GlassMail",
    "HandoverMail",
    "InvitationMail",
    "MailNotSent",
    "Transport",
    "broken_glass",
    "handover",
    "invitation",
    "transport",
]
