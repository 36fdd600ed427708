"""Asks the web server whether it lives; as a module, the health check of a container."""

import os
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException


def is_live(*, port: int, allowed_hosts: Sequence[str], timeout: float = 0.5) -> bool:
    """Whether the page server on this machine answers `/health/live` with 200."""
    # Django answers only to a name it knows.
    names = [host.lstrip(".") for host in allowed_hosts if host != "*"]
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(
            "GET", "/health/live", headers={"Host": names[0] if names else "localhost"}
        )
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    hosts = [
        host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()
    ]
    port = int(os.environ.get("PORT") or 8000)
    sys.exit(0 if is_live(port=port, allowed_hosts=hosts, timeout=3) else 1)
