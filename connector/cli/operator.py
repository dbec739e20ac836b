"""Whoever types: the way to the use cases, and the name that the audit trail keeps."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import click

from connector.domain.events import Cause, CauseKind
from connector.settings import Settings, load_settings

if TYPE_CHECKING:
    from connector.lifecycle import Lifecycle
    from connector.storage.work import Work

P = ParamSpec("P")
T = TypeVar("T")

NOT_MIGRATED = "The database is not ready for this version. Run: jumpseat migrate"


class Operator:
    """Somebody at a terminal of this machine, who has the settings and so may do everything."""

    @cached_property
    def settings(self) -> Settings:
        """What the installation was told; raises SettingsError."""
        return load_settings()

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """The use cases, on the database of the settings."""
        from connector.lifecycle import Lifecycle
        from connector.storage.database import Database

        return Lifecycle(Database(self.settings.database_url), self.settings)

    @property
    def cause(self) -> Cause:
        """What the trail names as the cause of what is done here."""
        return Cause(CauseKind.OPERATOR, f"cli:{self.name}")

    @cached_property
    def name(self) -> str:
        """The account of the operating system; its number where it has no name, as in many containers."""
        try:
            return getpass.getuser()
        except (KeyError, OSError):
            return str(os.getuid())

    def write(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case and commit it."""
        return self.lifecycle.write(use_case, *args, **kwargs)

    def rehearse(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case, and undo it."""
        return self.lifecycle.rehearse(use_case, *args, **kwargs)

    def read(self, use_case: Callable[Concatenate[Work, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case that writes nothing."""
        return self.lifecycle.read(use_case, *args, **kwargs)

    def require_ready_database(self) -> None:
        """Refuse to go on with a database that has not this version's schema; one that is away may yet come back."""
        from connector.storage.database import DatabaseState

        if self.lifecycle.database.state() is DatabaseState.NOT_MIGRATED:
            raise click.ClickException(NOT_MIGRATED)
        # Whoever forks from here must not share a connection.
        self.leave()

    def what_broke(self, error: Exception) -> str:
        """Return a sentence for an error that no rule raised; most often the database is not there or not ready."""
        if isinstance(error, OSError) and error.strerror:
            return f"{error.filename or 'The operating system'}: {error.strerror}."
        if "lifecycle" in vars(self) and (problem := self._database_problem()):
            return problem
        return f"Something unexpected went wrong ({type(error).__name__}). Run jumpseat --debug ... to see where."

    def check_database(self) -> None:
        """Raise a sentence unless the database can be reached and has the schema that this version needs."""
        problem = self._database_problem()
        if problem is not None:
            raise click.ClickException(problem)

    def _database_problem(self) -> str | None:
        from connector.storage.database import DatabaseState

        match self.lifecycle.database.state():
            case DatabaseState.NOT_MIGRATED:
                return "The database is not ready for this version. Run: jumpseat migrate"
            case DatabaseState.UNREACHABLE:
                return f"The database {self.database_name} cannot be reached. Check JUMPSEAT_DATABASE_URL."
            case DatabaseState.NOT_WRITABLE:
                return f"The database {self.database_name} can be read and not written. Is its disk full, or locked?"
            case DatabaseState.READY:
                return None

    @property
    def database_name(self) -> str:
        """The database's URL without its password."""
        return self.lifecycle.database.url.render_as_string(hide_password=True)

    def leave(self) -> None:
        """Close what was opened."""
        if "lifecycle" in vars(self):
            self.lifecycle.database.dispose()


pass_operator = click.make_pass_decorator(Operator)
