"""The command line: one module a noun, each command one use case and what it says of the outcome.

It knows no SQL and decides nothing. A command imports what it needs when it runs, for scripts call many of them.
"""

from connector.cli.program import program

__all__ = ["main", "program"]


def main() -> None:
    """Run the command that was typed: exit status 0, 1 with a sentence when it was refused, 2 when it was misspelt."""
    program(prog_name="jumpseat")
