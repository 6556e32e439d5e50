"""What people may call a pod."""

from protocol.errors import UserError
from protocol.identity import PodId, short_id
from protocol.introduction import is_pod_name
from protocol.limits import MAX_NAME_CHARS


def checked_name(text: str) -> str:
    """Return text as a pod's name, blanks made one. Raises UserError (invalid)."""
    name = " ".join(text.split())
    if is_pod_name(name):
        return name
    raise UserError(
        "invalid",
        "That cannot be the name of a pod.",
        "Give 1 to {most} characters that can be seen, on one line.",
        most=MAX_NAME_CHARS,
    )


def default_name(pod_id: PodId) -> str:
    """Return a name that tells nothing: a host is often called after a person."""
    return f"Pod {short_id(pod_id)[:4]}"
