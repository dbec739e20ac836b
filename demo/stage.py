"""What the audience sees: chapters, bars, facts and tables in a terminal; plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

Advance = Callable[[], None]


class Stage:
    """One performance's output."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.number = 0

    def title(self, text: str, subtitle: str) -> None:
        """Open the performance."""
        self.console.print(text, style="bold cyan", highlight=False)
        self._paragraph(subtitle)

    def chapter(self, title: str, why: str) -> None:
        """Begin a chapter: what happens, and why it matters."""
        self.number += 1
        self.console.print()
        self.console.print(f"[bold cyan]{self.number}  {title}[/]", highlight=False)
        self._paragraph(why)

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Advance]:
        """Show progress towards `total`; the block calls what it is given once for each step."""
        begun = time.perf_counter()
        if not self.console.is_terminal:
            yield lambda: None
            self.console.print(f"   {what}: {total} in {time.perf_counter() - begun:.1f} s", highlight=False)
            return
        columns = (
            TextColumn("   {task.description:<38}"),
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(what, total=total)
            yield lambda: progress.advance(task)

    def fact(self, text: str) -> None:
        """State something that was just checked."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=4, justify="right")
        grid.add_column()
        grid.add_row("[green]✓[/]", escape(text))
        self.console.print(grid, highlight=False)

    def table(self, table: Table) -> None:
        """Show a table."""
        self.console.print()
        self.console.print(Padding.indent(table, 3), highlight=False)

    def bow(self, title: str, subtitle: str, commands: Sequence[str]) -> None:
        """Close the performance, and say what can be typed next."""
        self.console.print()
        self.title(title, subtitle)
        for command in commands:
            self.console.print(f"   {command}", highlight=False, soft_wrap=True)

    def failed(self, sentence: str) -> None:
        """Say what is not so."""
        self.console.print(f"[bold red]✗[/] {escape(sentence)}", highlight=False)

    def _paragraph(self, text: str) -> None:
        self.console.print(Padding(text, (0, 0, 0, 3), expand=False), style="dim", highlight=False)
