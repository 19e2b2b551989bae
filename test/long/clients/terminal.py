"""Runs a command on a pseudo-terminal and types at it.

The script on standard input is JSON: [[text to wait for, what to type], ...]. Prints what the terminal showed, and ends
with the command's exit code.
"""

import json
import os
import pty
import select
import sys
import time


def main():
    steps = json.load(sys.stdin)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    shown, seen = b"", 0
    ends_at = time.monotonic() + 40
    while time.monotonic() < ends_at:
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if ready:
            try:
                read = os.read(terminal, 65536)
            except OSError:
                break
            if not read:
                break
            shown += read
        if steps and steps[0][0].encode() in shown[seen:]:
            seen = len(shown)
            os.write(terminal, steps.pop(0)[1].encode())
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(status))


main()
