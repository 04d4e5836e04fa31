"""Text that came from anywhere, made fit to be sent and shown."""


def bounded(text: str, limit: int) -> str:
    """Return text that UTF-8 can carry, of at most about `limit` characters: a longer one loses its middle."""
    clean = text.encode("utf-8", "replace").decode()
    if len(clean) <= limit:
        return clean
    half = limit // 2
    return f"{clean[:half]}\n... {len(clean) - 2 * half} characters left out ...\n{clean[-half:]}"


def text_of(error: BaseException) -> str:
    """Return what an exception says, even if its `__str__` raises."""
    try:
        return str(error)
    except BaseException as broken:
        return f"(its text cannot be shown: {type_name(broken)})"


def type_name(value: object) -> str:
    """Return the name of a value's class as Python has it: a class of a user's own may have put code in its place."""
    name: str = vars(type)["__name__"].__get__(type(value))
    return name
