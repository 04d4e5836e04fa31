"""The file of tokens: one per line, as `TOKEN`, `ROLE TOKEN` or `ROLE NAME TOKEN`; `#` begins a comment line."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from fastworker.domain.errors import InvalidSetting

from .roles import Role, role_named

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Token:
    """A secret, kept as its digest, and whose it is."""

    digest: bytes
    role: Role
    actor: str


def read_tokens(path: Path) -> list[Token]:
    """Return the tokens of a file.

    Raises:
        InvalidSetting: it cannot be read, has no token, or a line is no token.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"--dashboard-token-file {path} cannot be read: {error}") from error
    meant = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip() and line.strip()[0] != "#"]
    tokens = [_token(words, path, number) for number, words in meant]
    if not tokens:
        raise InvalidSetting(f"--dashboard-token-file {path} has no token; write one of {SHORTEST_TOKEN} characters")
    return tokens


def _token(words: Sequence[str], path: Path, number: int) -> Token:
    place = f"--dashboard-token-file {path}, line {number}"
    if len(words) > 3:
        raise InvalidSetting(f"{place}: {len(words)} words; expected TOKEN, ROLE TOKEN or ROLE NAME TOKEN")
    try:
        role = role_named(words[0]) if len(words) > 1 else Role.ADMIN
    except KeyError:
        raise InvalidSetting(f"{place}: no role {words[0]!r}; expected viewer, operator or admin") from None
    if len(words[-1]) < SHORTEST_TOKEN:
        raise InvalidSetting(f"{place}: a token has at least {SHORTEST_TOKEN} characters, this one {len(words[-1])}")
    actor = words[1] if len(words) == 3 else f"token-{number}"
    return Token(digest_of(words[-1]), role, actor)


def digest_of(secret: str) -> bytes:
    """Return what is compared in place of a secret; equal lengths keep the comparison even in time."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


def find_token(tokens: Sequence[Token], secret: str) -> Token | None:
    """Return the token of a secret. Every token is compared, whichever matches."""
    digest = digest_of(secret)
    found = None
    for token in tokens:
        if compare_digest(token.digest, digest):
            found = token
    return found
