"""Verifying signatures, with oauthlib's own verification (RFC 5849): a nonce is taken once, an old timestamp never."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint

LIFETIME = 600
"""Seconds that a timestamp may be off."""


class _Validator(RequestValidator):
    """The keys of one company, and the nonces that were used."""

    enforce_ssl = False
    timestamp_lifetime = LIFETIME
    allowed_signature_methods = ("HMAC-SHA1",)

    def __init__(self, access_id: str, secret_key: str, clock: Callable[[], float]) -> None:
        self.endpoint = self
        self._access_id = access_id
        self._secret_key = secret_key
        self._clock = clock
        self._used: dict[tuple[str, str], float] = {}
        super().__init__()

    @property
    def dummy_client(self) -> str:
        return "nobody"

    def check_client_key(self, client_key: str) -> bool:
        return 0 < len(client_key) <= 300

    def check_nonce(self, nonce: str) -> bool:
        return 8 <= len(nonce) <= 64

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == self._access_id

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return self._secret_key if client_key == self._access_id else "nothing"

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        now = self._clock()
        if abs(now - float(timestamp)) > LIFETIME or (timestamp, nonce) in self._used:
            return False
        if len(self._used) > 10_000:
            self._used = {k: at for k, at in self._used.items() if now - at <= LIFETIME}
        self._used[timestamp, nonce] = now
        return True


class Signatures:
    """Whether a request is signed as this company signs."""

    def __init__(self, access_id: str, secret_key: str, clock: Callable[[], float] = time.time) -> None:
        self._endpoint = SignatureOnlyEndpoint(_Validator(access_id, secret_key, clock))

    def good(self, url: str, method: str, authorization: str) -> bool:
        """Of one request, by its address exactly as it came."""
        if not authorization.startswith("OAuth "):
            return False
        try:
            valid, _ = self._endpoint.validate_request(url, method, None, {"Authorization": authorization})
        except ValueError:  # an address or header that is not encoded as it must be
            return False
        return bool(valid)
