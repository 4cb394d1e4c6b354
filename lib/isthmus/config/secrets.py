"""Secrets that this process has read, so that no message, log or table repeats one."""

HIDDEN = "***"
SHORTEST = 4  # shorter texts stand in too many words to be taken out of them

_seen: set[str] = set()


def remember_secret(value: str) -> str:
    """Note a secret that was read from the environment or a profile, and return it.

    Parameters
    ----------
    value : str
        The secret.
    """
    if len(value) >= SHORTEST:
        _seen.add(value)
    return value


def redacted(text: str) -> str:
    """Return the text with every secret that this process has read replaced by stars.

    Parameters
    ----------
    text : str
        a message, of whatever origin.
    """
    for secret in sorted(_seen, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
