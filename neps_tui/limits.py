"""How much of the machine this program may take, whatever a run makes it read."""

from __future__ import annotations

import os
import resource

_LEAST = 4 << 30


def limit_memory() -> None:
    """Let this process claim no more than half of the machine's memory, or 4 GiB if that is more.

    A pickle of a few bytes can ask its reader for gigabytes. Such a claim is then refused, and the
    pickle is unreadable, instead of the machine running out of memory. A lower limit stays.
    """
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    wanted = max(half, _LEAST)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if all(limit == resource.RLIM_INFINITY or limit > wanted for limit in (soft, hard)):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
