import subprocess
import sys

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://a:b@localhost/c",
    "REDIS_URL": "redis://localhost",
    "S3_ENDPOINT_URL": "http://localhost",
    "S3_ACCESS_KEY_ID": "a",
    "S3_SECRET_ACCESS_KEY": "b",
    "SECRET_KEY": "c" * 32,
}

# What a worker takes seconds to load, and a courier has no use for.
HEAVY = ("matplotlib", "numpy", "pycm", "worker.handlers")


def test_a_courier_loads_nothing_that_computes_or_draws_and_a_worker_all_of_it() -> None:
    assert _loaded_by("worker.courier") == []
    assert _loaded_by("worker.tasks") == list(HEAVY)


def _loaded_by(module: str) -> list[str]:
    program = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout.split()
