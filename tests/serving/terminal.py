"""A terminal with an interactive shell in it: what comes on stdin is typed, what it shows goes to stdout."""
import os, pty, select, signal, sys

child, terminal = pty.fork()
if child == 0:
    # Tests that run in the background of a script inherit a Ctrl-C that is ignored, and a shell cannot undo that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
sources = [terminal, 0]
while True:
    ready = select.select(sources, [], [])[0]
    try:
        if terminal in ready:
            shown = os.read(terminal, 65536)
            if not shown:
                break
            os.write(1, shown)
        if 0 in ready:
            typed = os.read(0, 65536)
            if not typed:
                break
            os.write(terminal, typed)
    except OSError:
        break
os.close(terminal)
os.waitpid(child, 0)
