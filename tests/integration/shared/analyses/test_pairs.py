"""The choice of the analyses that are compared, and their order."""

from uuid import UUID

import msgspec

from shared.accounts import Caller
from shared.analyses.agreement import pairs
from shared.analyses.agreement.pairs import ImagePair, Pairing, Side
from shared.kit.platform import Platform
from tests.actors import Client
from tests.pipelines import Pipeline, add_image, add_project, create_analysis

# The numbers of images stand before the names of those without one, which are sorted by code points.
NUMBERS = {"z.png": 1, "a.png": 2, "b.png": 2}
NAMES = [*NUMBERS, "B.png", "a-.png", "a.b", "é", "\ufffd", "\U0001f600"]


async def test_images_are_in_the_order_of_their_numbers_and_names(platform: Platform, alice: Client) -> None:
    pipeline, project = Pipeline(alice.http), await add_project(platform, alice)

    async def analyse(image: str, model: str) -> UUID:
        analysis = await create_analysis(alice, image, model)
        assert (await pipeline.finalize(analysis)).status_code == 200
        return UUID(analysis)

    expected = list[ImagePair]()
    for place, name in reversed([*enumerate(NAMES)]):
        image = await add_image(platform, alice, project, filename=name, width=10 + place, height=20)
        async with platform.db.connection() as connection:
            await connection.execute("UPDATE image SET number = $2 WHERE id = $1", UUID(image), NUMBERS.get(name))
        await analyse(image, "resnet50")
        truth, found = await analyse(image, "person"), await analyse(image, "yolo_v8")
        expected.insert(0, ImagePair(UUID(image), truth, found, 20, 10 + place))
    for model, count in (("person", 1), ("yolo_v8", 2)):
        for at in range(count):
            await analyse(await add_image(platform, alice, project, filename=f"{model}-{at}"), model)
    # The newest of two that match.
    newest = await analyse(str(expected[0].image_id), "person")
    expected[0] = msgspec.structs.replace(expected[0], reference=newest)

    async with platform.db.connection() as connection:
        account = await connection.fetchval("SELECT account_id FROM project WHERE id = $1", project)
    chosen = await pairs.choose(
        platform,
        Caller(account, ""),
        Side(model_name="person"),
        Side(model_name="yolo_v8"),
        project_id=str(project),
        image_id=None,
    )

    assert pairs.read(chosen) == Pairing(expected, 1, 2, reference_is_truth=False)
