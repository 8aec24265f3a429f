"""Runs a command in a pseudo-terminal for tui-latency.mjs: python3 terminal.py COLUMNS ROWS COMMAND...

First line out: the process id. Then, for every line on standard input: "wait SECONDS", read for that long; "key HEX", write these bytes and read until
the burst of output that answers them ends; "end", kill. Each is answered by a line of JSON with milliseconds.
"""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time

PAUSE = 0.010  # output with no such pause in it is one burst
PATIENCE = 2.0


def main():
    columns, rows = int(sys.argv[1]), int(sys.argv[2])
    started = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        # The size must be there before the program asks for it.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
        os.execvp(sys.argv[3], sys.argv[3:])
    answer({'pid': pid})
    first = burst(fd, started, 60.0)
    answer(first)
    for line in sys.stdin:
        word, _, value = line.strip().partition(' ')
        if word == 'wait':
            answer({'bytes': drain(fd, float(value))})
        elif word == 'key':
            drain(fd, 0)
            pressed = time.monotonic()
            os.write(fd, bytes.fromhex(value))
            answer(burst(fd, pressed, PATIENCE))
        else:
            break
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def answer(value):
    print(json.dumps(value), flush=True)


def read(fd, seconds):
    ready, _, _ = select.select([fd], [], [], max(0.0, seconds))
    if not ready:
        return None
    try:
        return os.read(fd, 1 << 16) or b''
    except OSError:  # the command has ended
        return b''


def drain(fd, seconds):
    """Everything that arrives within this time, or is there already."""
    end = time.monotonic() + seconds
    count = 0
    while True:
        data = read(fd, end - time.monotonic())
        if not data:
            return count
        count += len(data)


def burst(fd, since, patience):
    """The first output after `since`, to its end: milliseconds to its first and its last byte; null where nothing came."""
    data = read(fd, patience)
    if not data:
        return {'first': None, 'last': None, 'bytes': 0}
    first = last = time.monotonic()
    count = len(data)
    while last - since < patience:
        data = read(fd, PAUSE)
        if not data:
            break
        last = time.monotonic()
        count += len(data)
    return {'first': (first - since) * 1000, 'last': (last - since) * 1000, 'bytes': count}


main()
