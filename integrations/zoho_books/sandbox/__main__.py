"""`python -m integrations.zoho_books.sandbox`."""

import argparse
import sys

from .cli import add_arguments, run

parser = argparse.ArgumentParser(prog="zoho_sandbox", description="A Zoho Books on loopback.")
add_arguments(parser)
sys.exit(run(vars(parser.parse_args())))
