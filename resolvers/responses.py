"""Whole responses, kept: the two tiers again, over bytes that were written once and have no errors in them."""

from __future__ import annotations

import msgspec
from cachebox import LRUCache

from resolvers.cache import TierCounts
from resolvers.checksum import marked, opened
from resolvers.keys import Keys
from resolvers.shared import SharedTier

KIND = "response"
LARGEST_SHARED = 512 * 1024
"""Bytes of a response that is worth a place in Redis; a larger one stays in this process."""


def _size(token: bytes, response: bytes) -> int:
    return len(token) + len(response)


class ResponseCache:
    """Responses by token: everything that they depend on, in bytes.

    Args:
        keys: names outside the process.
        shared: the second tier.
        memory_bytes: how much of the first tier's memory they may take.
        ttl_seconds: how long Redis keeps one, give or take a tenth.
    """

    def __init__(self, keys: Keys, shared: SharedTier, memory_bytes: int, ttl_seconds: int) -> None:
        self._keys = keys
        self._shared = shared
        self._ttl = ttl_seconds
        self._largest = memory_bytes // 8
        self._memory: LRUCache[bytes, bytes] = LRUCache(memory_bytes, getsizeof=_size)
        self.counts = TierCounts()

    async def get(self, token: bytes) -> bytes | None:
        """The response, from memory or from Redis; None where neither has it."""
        found: bytes | None = self._memory.get(token)
        if found is not None:
            self.counts.l1_hits += 1
            return found
        [value] = await self._shared.read([self._keys.redis_key(KIND, token)])
        if value is None:
            self.counts.computed += 1
            return None
        try:
            response = opened(value)
        except msgspec.DecodeError:  # torn: execute and overwrite
            self.counts.undecodable += 1
            self.counts.computed += 1
            return None
        self.counts.l2_hits += 1
        self._remember(token, response)
        return response

    def put(self, token: bytes, response: bytes) -> None:
        """Keep a response that has no errors."""
        self._remember(token, response)
        if len(response) <= LARGEST_SHARED:
            self._shared.write({self._keys.redis_key(KIND, token): marked(response)}, self._ttl)

    def clear_memory(self) -> None:
        """Forget what this process holds in memory."""
        self._memory.clear()

    def _remember(self, token: bytes, response: bytes) -> None:
        if _size(token, response) <= self._largest:
            self._memory[token] = response
