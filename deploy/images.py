"""`python -m deploy.images`: lines for .env that pin the images of other projects by digest.

A tag can be moved to other bytes; a digest cannot. It asks the registry by Docker, so it needs both. Digests grow old
with every security release, which is why none stands in compose.yaml.
"""

import re
import subprocess
import sys
from pathlib import Path

COMPOSE = Path(__file__).parents[1] / "compose.yaml"

_IMAGE = re.compile(r"\$\{(?P<variable>\w+_IMAGE):-(?P<image>[^}]+)\}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class ImageUnknown(Exception):
    """Docker could not look an image up; the message is Docker's."""


def images(compose: str) -> dict[str, str]:
    """Return the images of other projects in the text of compose.yaml, by the variables that replace them."""
    return {match["variable"]: match["image"] for match in _IMAGE.finditer(compose)}


def pinned(image: str) -> str:
    """Return the image with the digest that its tag has now, for all its platforms; raises ImageUnknown."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ImageUnknown("There is no docker here; run it where there is one.") from error
    digest = answer.stdout.strip()
    if answer.returncode or not _DIGEST.fullmatch(digest):
        raise ImageUnknown(f"{image}: {answer.stderr.strip() or digest or 'no digest'}")
    return f"{image}@{digest}"


def main() -> int:
    """Print the lines."""
    try:
        lines = [f"{variable}={pinned(image)}" for variable, image in images(COMPOSE.read_text()).items()]
    except ImageUnknown as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
