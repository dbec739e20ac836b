"""Where somebody goes after signing in: a path of ours, and nothing that a browser could read as another site."""

from __future__ import annotations

import re

LONGEST = 500
# Letters that no browser rewrites. No backslash, no control character, no escape that a second decoding could turn
# into one; a colon cannot make a scheme, for the path begins with a slash. No two slashes in a row and no dot segment,
# which somebody on the way might fold until another site's name follows two slashes.
_PATH = re.compile(r"(?!.*/[./])/[A-Za-z0-9._~/?=&-]*")


def safe_return(path: str | None, otherwise: str = "/me") -> str:
    """Return `path` when it is a path of ours, else `otherwise`."""
    return path if path and len(path) <= LONGEST and _PATH.fullmatch(path) else otherwise
