"""Command: a command on photos, whose help begins with what most people need."""

from __future__ import annotations

import click

RARE = frozenset(
    (
        *("jobs", "isolate", "timeout_s", "max_memory_bytes"),
        *(
            "files_from",
            "max_pixels",
            "config",
            "color",
            "quiet",
            "verbose",
            "timings",
            "select",
            "ignore",
        ),
        *("max_bytes", "background", "keep_metadata", "salvage", "force"),
        *("pad", "enlarge"),
        *("in_place", "backup_suffix"),
    )
)
"""Parameters that the help lists under "More options"."""


class PhotoCommand(click.Command):
    """Shows examples first, then the options in two groups."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage, what it does, examples, options."""
        formatter.width = max(formatter.width, 80)
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        self.format_epilog(ctx, formatter)
        self.format_options(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The common ones; the rare ones in `preflight help COMMAND` and in the manual."""
        everything = "preflight.all-options" in ctx.meta
        for title, rare in (("Options", False), ("More options", True)):
            if rare and not everything:
                formatter.write(f"\nMore options: preflight help {ctx.info_name}\n")
                break
            records = [
                record
                for parameter in self.get_params(ctx)
                if isinstance(parameter, click.Option)
                and (parameter.name in RARE) is rare
                and (record := parameter.get_help_record(ctx)) is not None
            ]
            with formatter.section(title):
                formatter.write_dl(records, col_max=26)
