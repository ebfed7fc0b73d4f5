"""Becomes another program that ends when its parent ends, optionally as another user. Run as a script; who forks without exec imports `die_with`.

A supervisor that is killed with SIGKILL cannot stop its children; on Linux the kernel does it for us (PR_SET_PDEATHSIG).
The order matters: changing the user clears that wish, so it is set last, just before the exec. A script of its own instead
of `preexec_fn`, because Python must not run between fork and exec in a process that has threads.

    python -I -S tether.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT ...]        UID and GID may be "-"
"""

import os
import sys

if sys.platform == "linux":
    import ctypes  # now, because the other user may not be able to read Python's own files

PR_SET_PDEATHSIG = 1


def die_with(parent_pid: int, signal_number: int) -> None:
    """Best effort: other systems than Linux have no such call and rely on an orderly stop."""
    if sys.platform != "linux":
        return
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:  # the parent died before the kernel knew of the wish
        sys.exit(1)


def become(uid: str, gid: str) -> None:
    """Gives up root for good: the groups first, while we still may."""
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))


if __name__ == "__main__":
    parent, signal_number, uid, gid, *program = sys.argv[1:]
    become(uid, gid)
    die_with(int(parent), int(signal_number))
    try:
        os.execvp(program[0], program)
    except OSError as error:
        sys.exit(f"cannot start {program[0]}: {error.strerror}")
