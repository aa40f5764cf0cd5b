"""Imported before anything else by a process that waits for work: Ctrl-C meanwhile is its parent's to handle.

Python's own such process ignores it only once it has imported all, which takes seconds.
"""

import signal

HANDLER = signal.signal(signal.SIGINT, signal.SIG_IGN)
