"""The mark of a message that is said later, in the words of its reader (docs/adr/0023-words.md)."""


def N_(message: str) -> str:  # noqa: N802  # the name that tools for catalogues look for
    """Mark a message for the catalogues."""
    return message
