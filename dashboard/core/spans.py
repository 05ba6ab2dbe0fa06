"""Spans of time as people say them."""


def in_words(seconds: int) -> str:
    """In the largest unit that needs no fraction: "90 s", "3 min", "36 h"."""
    if seconds % 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds % 3600 else f"{seconds // 3600} h"
