"""What a gate finds, as sentences whose nouns agree with their counts."""

from shared.gates.results import GateTest
from shared.gates.words import sentence


def test_one_image_is_in_the_singular() -> None:
    found = GateTest(
        metric="map",
        finding="drop_shown",
        samples=1,
        baseline=0.5,
        candidate=0.25,
        difference=-0.25,
        low=-0.5,
        high=-0.1,
    )

    assert sentence(found, None, unit="image") == (
        "Mean average precision 0.5000 → 0.2500, difference −0.2500 (bounds −0.5000 and −0.1000) on 1 image: worse."
    )
    assert "on 1 sample: worse." in sentence(found, None)
