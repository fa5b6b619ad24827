"""The command line: `python -m deploy.demo [--keep]`, with EVALSERVE_URL for a service elsewhere."""

import argparse
import os
import signal
import sys

import evalserve

from deploy.demo.errors import DemoFailed
from deploy.demo.service import Service, kept_service
from deploy.demo.walkthrough import walk_through
from deploy.local.errors import CannotStart


def main() -> int:
    """Run the demo; the exit code is 0 only if all of it went well."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo", description="The main job from end to end.")
    parser.add_argument("--keep", action="store_true", help="leave the service up until Ctrl-C (KEEP=1)")
    # Who sees the links wants to open them.
    keep = parser.parse_args().keep or os.environ.get("KEEP", "") not in {"", "0"} or sys.stdout.isatty()
    # A shell makes its background processes ignore SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # An exit, unlike the signal itself, runs the code that stops the service.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    url = os.environ.get("EVALSERVE_URL")
    try:
        with kept_service(url, _say) as instance:
            walk_through(instance, _say)
            _end(instance, keep=keep)
    except (DemoFailed, CannotStart, evalserve.EvalserveError) as error:
        print(f"The demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def _end(instance: Service, *, keep: bool) -> None:
    if instance.process is None:
        return
    if not keep:
        _say("The service ends now; `make run` starts it again, with all of this.")
        return
    _say(f"API: {instance.url}/docs   Stop: Ctrl-C")
    try:
        instance.process.wait()
    except KeyboardInterrupt:
        return
    raise DemoFailed("the service ended")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
