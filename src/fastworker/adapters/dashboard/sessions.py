"""Who is logged in: sessions of browsers, and the one-time word of the login URL that is printed at the start."""

from collections import Counter
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe

from fastworker.application.ports.clock import Clock

from .roles import Role
from .tokens import digest_of

SESSION_SECONDS = 12 * 3600.0
ONCE_SECONDS = 3600.0
MOST_SESSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that has logged in; `expires_at` is of the monotonic clock, in seconds."""

    actor: str
    role: Role
    expires_at: float


class Sessions:
    """Sessions by the digest of their cookie; when there are too many, the oldest of who has most goes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[bytes, Session] = {}
        self._once: tuple[bytes, float] | None = None

    def new_once(self) -> str:
        """Return a word that logs in one browser as admin, once and soon; an earlier one is void."""
        word = token_urlsafe(24)
        self._once = (digest_of(word), self._clock.now() + ONCE_SECONDS)
        return word

    def redeem(self, word: str) -> bool:
        """Take the one-time word; False when it is not the one, or was used, or is too old."""
        if self._once is None:
            return False
        digest, expires_at = self._once
        if self._clock.now() >= expires_at or not compare_digest(digest, digest_of(word)):
            return False
        self._once = None
        return True

    def open(self, actor: str, role: Role) -> str:
        """Begin a session and return its cookie."""
        self._forget_old()
        cookie = token_urlsafe(32)
        self._sessions[digest_of(cookie)] = Session(actor, role, self._clock.now() + SESSION_SECONDS)
        return cookie

    def find(self, cookie: str) -> Session | None:
        """Return the session of a cookie, if it lasts still."""
        session = self._sessions.get(digest_of(cookie))
        return session if session is not None and self._clock.now() < session.expires_at else None

    def close(self, cookie: str) -> bool:
        """End a session; False when there was none."""
        return self._sessions.pop(digest_of(cookie), None) is not None

    def _forget_old(self) -> None:
        now = self._clock.now()
        for digest in [digest for digest, session in self._sessions.items() if session.expires_at <= now]:
            del self._sessions[digest]
        if len(self._sessions) >= MOST_SESSIONS:  # nobody logs others out by logging in again and again
            [(actor, _)] = Counter(session.actor for session in self._sessions.values()).most_common(1)
            del self._sessions[next(each for each, session in self._sessions.items() if session.actor == actor)]
