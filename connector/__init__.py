"""Jumpseat: a self-hosted SCIM 2.0 connector and sign-in gate for seat-licensed accounts."""
