"""Issuers of signed tokens: how their metadata and keys are fetched, and when a signature is believed.

What single sign-on and SCIM share. It knows no flask and no claim but the issuer's name: what a token must state is for
whoever accepts it to say.
"""
