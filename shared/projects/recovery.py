"""Recovery of images whose rows are lost and whose objects are not, as after the restore of an older database."""

from shared.kit import filenames
from shared.kit.database.transactions import retry_conflicts
from shared.kit.errors import DomainError
from shared.kit.platform import Platform
from shared.kit.storage.files import StoredFile
from shared.projects import image_queries, object_details, queries
from shared.projects.decoding import take_decoder

EXISTS = "SELECT EXISTS (SELECT FROM image WHERE id = $1)"

WAS_DELETED = """
    SELECT EXISTS (SELECT FROM image_event WHERE image_id = $1 AND type IN ('force_delete', 'purge'))
"""


@retry_conflicts
async def recreate(platform: Platform, key: str) -> str | None:
    """Insert the row of the image whose object has this key; return the reason why not, or None.

    Metadata, comments and analyses of the image are lost with the row.
    """
    stat = await platform.storage.apart(platform.storage.stat, key)
    image = object_details.read(key, stat.details) if stat else None
    if image is None:
        return "the object does not say whose image it is"
    try:
        body = await platform.storage.apart(platform.storage.get, key)
        async with take_decoder(platform, image.owner.account_id) as decoder:
            picture = await decoder.examine(body)
    except DomainError as error:
        return error.detail
    file = StoredFile("image", picture.content_type, len(body), image.sha256, key)
    async with platform.db.transaction() as connection:
        if await connection.fetchval(EXISTS, image.owner.image_id):
            return "there is an image with this id"
        if await connection.fetchval(WAS_DELETED, image.owner.image_id):
            return "the image was deleted"
        if not await queries.lock_open(connection, image.owner.account_id, image.owner.project_id):
            return f"there is no project {image.owner.project_id} of account {image.owner.account_id}"
        await image_queries.insert(connection, image.owner, filenames.clean(image.filename, "image"), picture, file, {})
    return None
