"""What a browser calls itself, in a word or two: for a person to know her own sessions again, and for nothing else."""

from __future__ import annotations

from flask import request

# The first that is found counts: Edge and Opera call themselves Chrome too, Chrome calls itself Safari, and Android
# calls itself Linux.
_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrom": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def this_browser() -> str | None:
    """Return browser and system, as in `Firefox, Windows`; None where neither is known. Nothing else of it is kept."""
    said = request.headers.get("User-Agent", "")[:500]
    found = [next((name for mark, name in known.items() if mark in said), None) for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name is not None) or None
