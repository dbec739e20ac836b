"""Pure translation between what others say and what we say: SCIM, filter text, rules, catalogue files.

Nothing here reads a database, a network or a clock.
"""
