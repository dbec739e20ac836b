"""The application's pages on a small company, with the provider that the sign-in tests share."""

from ..sso.conftest import _speakers, clock, installation, page_of, provider, secure_installation, speech

__all__ = ["_speakers", "clock", "installation", "page_of", "provider", "secure_installation", "speech"]
