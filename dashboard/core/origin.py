"""Where the change under way comes from, and whether it went through. Set anew for each request."""

from contextvars import ContextVar

#: The address of the browser; None for a program.
ip: ContextVar[str | None] = ContextVar("ip", default=None)
#: Whether a command committed, or tried to: then a fault that follows has not undone it.
has_committed: ContextVar[bool] = ContextVar("has_committed", default=False)
