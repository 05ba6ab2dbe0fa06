"""How many segments a text is sent in. Each costs one credit."""

#: GSM 03.38's basic alphabet: one septet each. Of Greek it has the capitals that do not look Latin.
_SEPTET = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜabcdefghijklmnopqrstuvwxyzäöñü0123456789"
    "àÅåÆæÇÉéèìòØøßùΔΦΓΛΩΠΨΣΘΞ @£$¥_!\"#¤%&'()*+,-./:;<=>?¡¿§\n\r"
)
#: Its extension: an escape and a septet.
_ESCAPED = frozenset("^{}\\[]~|€\f")
_GSM = _SEPTET | _ESCAPED

# What one segment holds where it is alone, and where a header tells how several belong together.
_SEPTETS_ALONE, _SEPTETS_EACH = 160, 153
_UNITS_ALONE, _UNITS_EACH = 70, 67


def segments(text: str) -> int:
    """How many segments the text takes: by GSM-7 where its alphabet suffices, else all of it by UCS-2.

    An empty text is sent too: one segment.
    """
    if _GSM.issuperset(text):
        return _parts([2 if c in _ESCAPED else 1 for c in text], _SEPTETS_ALONE, _SEPTETS_EACH)
    # What lies outside the basic plane, such as an emoji, is a surrogate pair.
    return _parts([2 if c > "\uffff" else 1 for c in text], _UNITS_ALONE, _UNITS_EACH)


def _parts(sizes: list[int], alone: int, each: int) -> int:
    """How many parts hold characters of these sizes.

    A handset cannot join half an escape or half a pair: a character that no longer fits goes to
    the next part, and leaves a place empty.
    """
    if sum(sizes) <= alone:
        return 1
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > each:
            parts, filled = parts + 1, 0
        filled += size
    return parts
