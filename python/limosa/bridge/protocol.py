"""JSON lines on the process's own stdin and stdout, kept apart from whatever the project prints.

A request is ``{"id": n, "command": name, ...}``; its answer is ``{"id": n, "ok": ...}`` or ``{"id": n, "error": ...}``.
What the project prints is sent as ``{"event": "output", "stream": ..., "text": line}``.
"""

import _thread
import io
import json
import os
import queue
import signal
import sys
import threading
import time


class Channel:
    """The two ends of the protocol; everything else that uses stdin, stdout or stderr is redirected."""

    def __init__(self, requests):
        self.requests = requests
        self.answers = os.fdopen(os.dup(1), "wb")
        self.lock = threading.Lock()
        self.queue = queue.Queue()
        # Called from the reading thread to stop a statement that is running.
        self.cancel = None
        self.busy = False
        # An interrupt that was asked for and not yet noticed, and whether one was asked for during this request.
        self.interrupted = False
        self.stopped = False
        self.cancelling = threading.Lock()
        self._redirect()

    def _redirect(self):
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdin = open(0, closefd=False)
        sys.stdout = Output(self, "stdout")
        sys.stderr = Output(self, "stderr")

    def start(self):
        """Starts to read; an interrupt is acted upon while another request is still being worked on."""
        signal.signal(signal.SIGINT, self._on_sigint)
        threading.Thread(target=self._read, name="limosa-requests", daemon=True).start()

    def send(self, message):
        """Sends one line."""
        line = json.dumps(message, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
        with self.lock:
            self.answers.write(line)
            self.answers.flush()

    def flush_output(self):
        """Sends what was printed without a newline so far."""
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass

    def _read(self):
        while True:
            line = self.requests.readline()
            if not line:
                break
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if message.get("command") == "interrupt":
                self._interrupt()
            else:
                self.queue.put(message)
        # Whoever asked is gone: nothing may go on without them, and least of all commit while this asks a server to cancel.
        if self.busy:
            os._exit(3)
        self.queue.put(None)

    def _interrupt(self):
        if self.busy and not self.interrupted:
            self.interrupted = self.stopped = True
            threading.Thread(target=self._insist, name="limosa-interrupt", daemon=True).start()

    def _insist(self):
        """Interrupts until it is noticed: a signal or a cancellation just before a call begins to wait is lost."""
        while True:
            with self.cancelling:
                if not (self.busy and self.interrupted):
                    return
                self._cancel()
                if hasattr(signal, "pthread_kill"):
                    # A real signal, which wakes up what sleeps or waits.
                    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
                else:
                    _thread.interrupt_main()
            time.sleep(0.1)

    def begin(self):
        """A request is now being worked on."""
        self.interrupted = self.stopped = False
        self.busy = True

    def end(self):
        """The request has been worked on; nothing that was meant for it may hit the next one."""
        self.busy = False
        with self.cancelling:
            self.interrupted = False

    def _cancel(self):
        try:
            if self.cancel is not None:
                self.cancel()
        except Exception:
            pass

    def _on_sigint(self, number, frame):
        # A terminal's Ctrl-C is not for this process: the engine asks for an interrupt when it wants one.
        if self.interrupted and self.busy:
            self.interrupted = False
            raise KeyboardInterrupt()


class Output(io.TextIOBase):
    """A text stream whose lines become events."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, channel, name):
        self.channel = channel
        self.stream = name
        self.pending = ""
        self.buffer = Bytes(self)

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 2

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        *lines, self.pending = (self.pending + text).split("\n")
        for line in lines:
            self._send(line)
        return len(text)

    def flush(self):
        if self.pending:
            line, self.pending = self.pending, ""
            self._send(line)

    def _send(self, line):
        try:
            self.channel.send({"event": "output", "stream": self.stream, "text": line})
        except (OSError, ValueError):
            pass


class Bytes(io.RawIOBase):
    """The ``buffer`` of an output stream."""

    def __init__(self, text):
        self.text = text

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self.text.write(data.decode("utf-8", "backslashreplace"))
        return len(data)

    def flush(self):
        self.text.flush()
