"""Passwords, hashed with argon2id in threads of their own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

# Two at a time: a wave of sign-ins costs 40 MiB and waits, instead of taking the machine.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


async def make_hash(password: str) -> str:
    """Return the hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def verify(stored_hash: str | None, password: str) -> bool:
    """Return True if the password matches the hash; None stands for an account that does not exist."""
    matches = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored_hash, password)
    return matches and stored_hash is not None


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
