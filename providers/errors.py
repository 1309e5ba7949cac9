"""The four failures that leave ``providers``, whatever an API sent.

They carry facts only: never a URL, a header or a body, because those hold keys and personal data. The
sentences that people read are made from them in ``commands/views/sentences.py``.
"""

from __future__ import annotations

from dataclasses import dataclass


class ProviderError(Exception):
    """A lead system did not do what was asked."""


class AuthFailed(ProviderError):
    """The credentials were refused. Polling stops until somebody reconnects."""


class Unavailable(ProviderError):
    """The lead system cannot be reached, is overloaded or failing; try again later."""

    def __init__(self, reason: str, retry_after: float | None = None, *, arrived: bool | None = False) -> None:
        """``reason`` is a short fact ("HTTP 503", "timed out"); ``retry_after`` seconds, where it told.

        ``arrived`` says whether a write may have been carried out: ``None`` when nobody can know.
        """
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.arrived = arrived


@dataclass(frozen=True, slots=True)
class FieldError:
    """One rule that was broken: which row of a batch (from 0), which field (API name), and the API's words."""

    message: str
    field: str | None = None
    row: int | None = None


class Rejected(ProviderError):
    """The lead system understood the request and refuses it; repeating it will not help."""

    def __init__(self, errors: tuple[FieldError, ...] = (), status: int | None = None) -> None:
        super().__init__(f"refused with {len(errors)} error(s)")
        self.errors = errors
        self.status = status


class UnexpectedResponse(ProviderError):
    """The answer is not what the API documents (an HTML page, broken JSON, another shape)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
