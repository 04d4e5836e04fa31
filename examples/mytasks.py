"""The task module of the walkthrough: a task is a decorated function."""

from fastworker import task


@task
def resize_image(path: str, width: int) -> str:
    """Write a copy of the picture at most `width` pixels wide beside it, and return the path of the copy."""
    from PIL import Image

    img = Image.open(path)
    img.thumbnail((width, width * 3))
    out = path.replace(".jpg", f"_{width}.jpg")
    img.save(out)
    return out


@task
def send_welcome_email(user_id: int, email: str) -> bool:
    """Stand in for your own email: return True for "sent"."""
    # your email-sending code
    return True
