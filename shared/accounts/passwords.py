"""Passwords, hashed with argon2id in threads of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.accounts.errors import PasswordQueueFull

T = TypeVar("T")

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# Two at a time: a wave of sign-ins costs 40 MiB and waits, instead of taking the machine.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


class _Queue:
    """Counts the passwords that this process hashes or that wait for it."""

    length = 0


async def make_hash(password: str, *, queue: int) -> str:
    """Return the hash to store; raises PasswordQueueFull when `queue` passwords are being hashed or wait."""
    return await _in_turn(queue, partial(_hasher.hash, password))


async def verify(stored_hash: str | None, password: str, *, queue: int) -> bool:
    """Return True if the password matches the hash; None stands for an account that does not exist.

    Raises PasswordQueueFull when `queue` passwords are being hashed or wait.
    """
    matches = await _in_turn(queue, partial(_verify, stored_hash, password))
    return matches and stored_hash is not None


async def _in_turn(queue: int, work: Callable[[], T]) -> T:
    if _Queue.length >= queue:
        raise PasswordQueueFull(retry_after_s=2)
    _Queue.length += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _Queue.length -= 1


def _verify(stored_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(stored_hash or _hash_of_no_account(), password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_no_account() -> str:
    # Verified if there is no such account, so that the answer takes as long. Made when first needed: most processes
    # of the service never see a password.
    return _hasher.hash("nobody's password")
