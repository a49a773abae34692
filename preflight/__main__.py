"""Main: `python -m preflight`."""

from preflight.cli.main import run

if __name__ == "__main__":
    run()
