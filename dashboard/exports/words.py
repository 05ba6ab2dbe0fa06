"""How exports are written for people."""


def file_size(size_bytes: int) -> str:
    """A size with the unit that fits: 512 bytes, 1.5 kB, 42 MB; a kB has 1,000 bytes."""
    if size_bytes < 1_000:
        return f"{size_bytes} bytes"
    size = size_bytes / 1_000
    for unit in ("kB", "MB", "GB"):
        if size < 9.95:
            return f"{size:.1f} {unit}"
        if size < 999.5:
            return f"{size:.0f} {unit}"
        size /= 1_000
    return f"{size:.1f} TB"
