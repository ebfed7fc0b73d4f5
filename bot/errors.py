"""The one exception tree of the house. "I did not understand" is a decision, not an error; bugs raise as they are.

TriaError
+-- PermanentError        trying again cannot help: record it, tell someone, stop
|   +-- BadInputError     what the sender (user, operator, provider) gave is wrong; the text is safe to show them
|   |   +-- UnknownSessionError  a session that is not this user's, or has ended
|   +-- UnauthorizedError signature, token or secret does not match
|   +-- StartupRefused    the process must not serve: settings, schema or a critical service is wrong
|   +-- OptedOutError     the recipient told the provider to receive nothing more
|   +-- UnknownChannelError  a row names a channel that no module speaks for
|   +-- NotConnectedError the accounting system refuses our login: a person has to connect again
+-- TemporaryError        try again later; `retry_after_s` when the other side said when
    +-- TooFastError      more in a short time than anyone types; `retry_after_s` is set
    +-- UnknownOutcome    the request was sent and its answer lost: look it up before sending again
    +-- Fenced            this worker's lease ended; somebody else owns the work now, write nothing
"""

from __future__ import annotations


class TriaError(Exception):
    """Base of everything the house raises on purpose."""


class PermanentError(TriaError):
    """Trying again cannot help. `code` is the provider's or our own short reason code."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class BadInputError(PermanentError):
    """The message is written for whoever sent the input and may be shown to them."""


class UnknownSessionError(BadInputError):
    """The session named is not the user's open one."""


class UnauthorizedError(PermanentError):
    """A signature, token or secret is missing or wrong."""


class StartupRefused(PermanentError):
    """The process must not start; the message names every problem, never a secret's value."""


class OptedOutError(PermanentError):
    """The recipient refuses messages at the provider."""


class UnknownChannelError(PermanentError):
    """No such channel: nothing is sent, least of all by another one."""


class NotConnectedError(PermanentError):
    """The accounting system takes none of our tokens any more; nothing that waits for it is lost."""


class TemporaryError(TriaError):
    """Trying again may help. `retry_after_s` is the provider's own word in seconds, when it gave one."""

    def __init__(self, message: str, *, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s


class TooFastError(TemporaryError):
    """The sender is over a limit and nothing was recorded."""


class UnknownOutcome(TemporaryError):
    """The request left us and its answer was lost; it may have had its effect."""


class Fenced(TemporaryError):
    """The lease was lost: another worker owns this conversation, so nothing may be written."""
