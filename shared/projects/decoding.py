"""Decoding of images in child processes, a few at a time."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TypeVar

import msgspec

from shared.kit.children import Child, ChildDied, ChildSilent, OutOfTime, TakenChild
from shared.kit.limits.slots import NoSlot
from shared.kit.platform import Platform
from shared.kit.settings import Settings
from shared.pictures.decoding import Picture
from shared.pictures.errors import InvalidPicture, PictureTooCostly, PictureTooLarge
from shared.pictures.examination import examine, result
from shared.pictures.limits import PictureLimits
from shared.projects.errors import ImageDecodersBusy, ImageTooCostly, ImageTooLarge, InvalidImage

T = TypeVar("T")

# Images take tenths of a second each.
RETRY_AFTER_S = 5


class Decoder:
    """A child process that is held for one image."""

    def __init__(self, child: TakenChild, settings: Settings) -> None:
        self._child = child
        self._settings = settings

    async def examine(self, body: bytes) -> Picture:
        """Decode a picture; raises InvalidImage, ImageTooLarge, ImageTooCostly, or ImageDecodersBusy."""
        limits = msgspec.json.encode(limits_of(self._settings))
        try:
            return result(await self._child.call(examine, limits, body, cpu_s=self._settings.image_time_limit_s))
        except InvalidPicture as error:
            raise InvalidImage(error.detail) from error
        except PictureTooLarge as error:
            raise ImageTooLarge(error.detail) from error
        except PictureTooCostly as error:
            raise ImageTooCostly(error.detail) from error
        except OutOfTime as error:
            limit = f"{self._settings.image_time_limit_s:g}"
            raise ImageTooCostly(
                f"Decoding this image takes more than {limit} s; save it again as a PNG or a baseline JPEG."
            ) from error
        except ChildSilent as error:
            raise ImageDecodersBusy(retry_after_s=RETRY_AFTER_S) from error
        except ChildDied as error:
            raise InvalidImage from error


def examine_in(child: Child, settings: Settings, body: bytes) -> Picture:
    """Decode a picture in a child process of one's own; blocks. Raises PictureRefused, or ImageDecodersBusy."""
    limits = msgspec.json.encode(limits_of(settings))
    try:
        return result(child.call(examine, limits, body, settings.image_time_limit_s))
    except OutOfTime as error:
        limit = f"{settings.image_time_limit_s:g}"
        raise PictureTooCostly(f"Decoding this image takes more than {limit} s.") from error
    except ChildSilent as error:
        raise ImageDecodersBusy(retry_after_s=RETRY_AFTER_S) from error
    except ChildDied as error:
        raise InvalidPicture from error


@asynccontextmanager
async def take_decoder(platform: Platform, account_id: int) -> AsyncIterator[Decoder]:
    """Hold a decoder for an image of the account; raises ImageDecodersBusy.

    The bytes of the image are read into memory only then, so that there are never more of them than decoders.
    """
    async with AsyncExitStack() as held:
        child = await _enter(held, platform.decoders.take(account_id))
        yield Decoder(child, platform.settings)


@asynccontextmanager
async def take_form(platform: Platform, account_id: int) -> AsyncIterator[None]:
    """Hold the memory for a form with an image; raises ImageDecodersBusy."""
    async with AsyncExitStack() as held:
        await _enter(held, platform.image_forms.take(account_id))
        yield


def limits_of(settings: Settings) -> PictureLimits:
    """Return the limits on the work that one picture may be."""
    return PictureLimits(
        pixels=settings.max_image_pixels,
        side=settings.max_image_side,
        scan_pixels=settings.max_image_scan_pixels,
        parts=settings.max_image_chunks,
    )


async def _enter(held: AsyncExitStack, context: AbstractAsyncContextManager[T]) -> T:
    try:
        return await held.enter_async_context(context)
    except NoSlot as error:
        raise ImageDecodersBusy(retry_after_s=RETRY_AFTER_S) from error
