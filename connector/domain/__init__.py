"""The rules, with nothing but the standard library: what is due, what is held, and what follows.

This package knows no framework, no SQL, no HTTP and no clock; time enters as `now`.
"""
