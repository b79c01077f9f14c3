"""`python -m mien` and the command `mien`."""

from mien.cli import cli


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
