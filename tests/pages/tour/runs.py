"""The runs of the photographs: a mail filter that gets better night by night, with two bad nights."""

import numpy as np

from tests.actors import Client

SKILLS = (0.8, 0.82, 0.83, 0.84, 0.86, 0.7, 0.85, 0.87, 0.88, 0.88, 0.76, 0.9)
SAMPLES = 800


async def furnish_runs(client: Client) -> list[str]:
    """Create the runs, oldest first, and wait until their files are read."""
    random = np.random.default_rng(3)
    truth = random.choice(["spam", "ham"], SAMPLES, p=[0.3, 0.7])
    countries = random.choice(["DE", "FR", "JP"], SAMPLES).tolist()
    runs = []
    for night, skill in enumerate(SKILLS, 1):
        is_right = random.random(SAMPLES) < skill
        spread = random.normal(0, 0.14, SAMPLES)
        scores = np.clip(np.where((truth == "spam") == is_right, 0.72, 0.28) + spread, 0, 1).round(4)
        data = {
            "id": [f"mail-{number:04d}" for number in range(SAMPLES)],
            "truth": truth.tolist(),
            "prediction": np.where(scores >= 0.5, "spam", "ham").tolist(),
            "score_spam": scores.tolist(),
            "country": countries,
        }
        body = {
            "data": data,
            "positive": "spam",
            "name": f"Night {night}",
            "model_name": "mail filter",
            "model_version": f"1.{night}",
            "tags": ["nightly", "baseline"] if night == 1 else ["nightly"],
        }
        answer = await client.post("/v1/runs", body)
        assert answer.status_code == 202, answer.text
        runs.append(str(answer.json()["id"]))
    for run in runs:
        await client.ready(f"/v1/runs/{run}")
    return runs


async def compare_last(client: Client, runs: list[str]) -> str:
    """Compare the last night with the one before, also in each country; returns the id of the comparison."""
    body = {"baseline": runs[-2], "candidate": runs[-1], "slices": ["country"]}
    compared = (await client.post("/v1/comparisons", body)).json()
    return str((await client.ready(f"/v1/comparisons/{compared['id']}"))["id"])
