"""Write requirements-s3.txt: what the extra "s3" needs beside requirements.txt, with its hashes.

python -m scripts.lock_s3        (a step of make lock)
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NAMES = ("boto3", "botocore", "django-storages", "jmespath", "s3transfer", "urllib3")


def main() -> int:
    """Take their blocks out of the lock of the tests, which has the extra."""
    (ROOT / "requirements-s3.txt").write_text(wanted())
    return 0


def wanted() -> str:
    """The file as it must be."""
    dev = (ROOT / "requirements-dev.txt").read_text()
    blocks = {
        match[1]: block.rstrip()
        for block in re.split(r"\n(?=[a-z0-9])", dev)
        if (match := re.match(r"([a-z0-9-]+)==", block))
    }
    head = '# What the extra "s3" adds to requirements.txt; made by: make lock\n'
    return head + "\n".join(blocks[name] for name in _NAMES) + "\n"


if __name__ == "__main__":
    sys.exit(main())
