"""The loop of the bridge: one request after another, in the main thread."""

import sys

from . import errors, project
from .protocol import Channel

PROTOCOL = 1


def run(requests, hello):
    """Answers requests until stdin ends."""
    channel = Channel(requests)
    try:
        django = project.find_django()
    except Exception as error:
        channel.send({"event": "failed", "error": errors.describe(error), "python": sys.executable})
        return
    channel.send(
        {"event": "ready", "protocol": PROTOCOL, "django": django, "python": sys.version.split()[0], "executable": sys.executable}
    )
    channel.start()
    session = Session(channel, hello)
    while True:
        try:
            message = channel.queue.get()
        except KeyboardInterrupt:
            continue
        if message is None:
            break
        channel.send(session.answer(message))
    session.close()


class Session:
    """What lives as long as the process: the set-up project, the state, the connection."""

    def __init__(self, channel, hello):
        self.channel = channel
        self.project = project.Project(hello["project_dir"], hello.get("python_path", []), hello.get("databases"))
        self.tools = None

    def answer(self, message):
        """Carries out one request and returns its answer."""
        try:
            return self._answer(message, message.get("id"))
        except KeyboardInterrupt as error:
            # It came while another error was being described.
            self.channel.end()
            return {"id": message.get("id"), "error": errors.describe(error, "interrupted")}

    def _answer(self, message, number):
        self.channel.begin()
        try:
            answer = {"id": number, "ok": self._carry_out(message)}
        except BaseException as error:
            kind = "interrupted" if self.channel.stopped else getattr(error, "limosa_kind", "error")
            answer = {"id": number, "error": errors.describe(error, kind, getattr(error, "limosa_source", None))}
        finally:
            self.channel.end()
        self.channel.flush_output()
        return answer

    def _carry_out(self, message):
        arguments = {key: value for key, value in message.items() if key not in ("id", "command")}
        self.project.set_up()
        if self.tools is None:
            from . import tools

            self.tools = tools.Tools(self.channel, self.project)
        command = self.tools.commands.get(message.get("command"))
        if command is None:
            raise errors.BridgeError("protocol", "unknown command %r" % message.get("command"))
        return command(**arguments)

    def close(self):
        """Closes the connection; what was not committed is rolled back by the database."""
        if self.tools is not None:
            self.tools.close()
