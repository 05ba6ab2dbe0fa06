"""Where the change under way comes from. Set by the web for a request; unset for a program."""

from contextvars import ContextVar

ip: ContextVar[str | None] = ContextVar("ip", default=None)
