"""`python -m kata`, and the `kata` command."""

import sys


def main() -> None:
    """Run the command line; say what to do when it is not installed whole."""
    try:
        from kata.cli import cli
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "kata":
            raise
        print(f"error: the Python package {error.name!r} is missing from {sys.executable}", file=sys.stderr)
        print("hint: python -m venv .venv, activate it, then: python -m pip install -e .", file=sys.stderr)
        raise SystemExit(2) from None
    cli()


if __name__ == "__main__":
    main()
