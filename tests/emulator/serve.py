"""Serves ministack on a free port of this machine until standard input ends.

The port is the first line on standard output; everything else goes to standard error. The socket is bound before
the port is told, so nobody else can take it in between.

Standard input is a pipe whose other end only the tests' process holds. The kernel closes that end however the process
ends, by a signal or an abort too, and then this process group is killed: the emulator with all functions it runs.
"""

import os
import shutil
import signal
import socket
import sys
import threading


def end_with_the_tests(folder):
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def serve():
    # Whatever is the leader of another group must not be killed with us.
    assert os.getpgrp() == os.getpid(), "the emulator needs a process group of its own"
    threading.Thread(target=end_with_the_tests, args=(os.environ["TMPDIR"],), daemon=True).start()

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    # ministack reads both while it is imported; functions inherit the second.
    os.environ["GATEWAY_PORT"] = str(port)
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
    with os.fdopen(os.dup(1), "w") as told:
        os.dup2(2, 1)
        told.write(f"{port}\n")

    import asyncio

    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75  # as ministack's own entry point has it
    asyncio.run(hypercorn(app, config))


if __name__ == "__main__":
    serve()
