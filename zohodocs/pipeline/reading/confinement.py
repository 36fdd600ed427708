"""What the child gives up before it sees a stranger's file."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

MEMORY_BYTES = 512 * 1024 * 1024
OPEN_FILES = 64
# A child is replaced long before; this ends one whose parent cannot.
CPU_SECONDS_OF_A_LIFE = 3600

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def confine(*, parent: int, memory_bytes: int = MEMORY_BYTES) -> bool:
    """Takes memory, files, network and life after its parent from this process.

    Returns whether the network is really gone: a kernel may refuse that to an ordinary user, and
    then the worker says so instead of believing it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    cut = _cut_network(libc)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("The worker is gone.")
    # A worker that tries a new way has a limit of its own for that while; it is not the child's.
    _soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_OF_A_LIFE, CPU_SECONDS_OF_A_LIFE))
    return cut


def allow_cpu(seconds: int) -> None:
    """From now on this process may use so many seconds more; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = min(int(used.ru_utime + used.ru_stime) + seconds + 1, CPU_SECONDS_OF_A_LIFE)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, CPU_SECONDS_OF_A_LIFE))


def _cut_network(libc: ctypes.CDLL) -> bool:
    # Root may leave the network directly; others may in a user namespace, where allowed.
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)
