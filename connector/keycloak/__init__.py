"""Keycloak's side: what a realm must look like for Jumpseat, compared with what it looks like, the difference applied.

It speaks the admin API through python-keycloak, knows nothing of the ledger and decides nothing about people.
"""
