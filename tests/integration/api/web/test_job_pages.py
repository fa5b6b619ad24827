from uuid import uuid4

from litestar import Litestar

from shared.kit.platform import Platform
from tests.actors import Client
from tests.integration.api.web.visitor import Visitor


async def test_a_job_s_pages_link_to_the_matrices_that_it_depends_on_and_to_nothing_else_by_that_address(
    app: Litestar, alice: Client, platform: Platform
) -> None:
    uid, other = await alice.create_matrix(), str(uuid4())
    job = (await alice.submit("report", uid))["id"]
    # A kind that is still to come, which depends on a thing of another kind as well.
    async with platform.db.connection() as connection:
        kinds = await connection.fetchval("SELECT reference_kinds FROM job WHERE id = $1", job)
        await connection.execute("UPDATE job SET reference_kinds = $2 WHERE id = $1", job, kinds | {other: "run"})
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)

    pages = [(await visitor.get(path)).text for path in ("/app/jobs", f"/app/jobs/{job}")]

    assert kinds == {uid: "matrix"}
    assert [page.count(f'href="/app/matrices/{uid}"') for page in pages] == [1, 1]
    assert [other in page for page in pages] == [False, False]
