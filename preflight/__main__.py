"""Main: where the command line and `python -m preflight` begin."""

import gc


def run() -> None:
    """Entry of the console scripts.

    Nothing that is loaded becomes garbage, so the search for garbage is off while Python loads: a
    thirtieth of the time of one photo. Many photos turn it on again (`cli/session.py`).
    """
    gc.disable()
    try:
        from preflight.cli.main import run as run_command
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # as `ExitCode.INTERRUPTED`, which is not loaded yet
    run_command()


if __name__ == "__main__":
    run()
