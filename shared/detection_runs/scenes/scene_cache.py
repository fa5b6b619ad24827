"""Scenes kept in the memory of the process, as their objects never change: sliders ask for the same one again."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from shared.detection_runs.scenes.scene_file import StoredScene

# The latest scenes are kept: one of a million candidates, or hundreds of usual ones. The limit of the API's memory
# leaves so much for each process.
MAX_BYTES = 160 * 2**20

# What a scene sorts when it is asked: the order and the places of candidates, and pairs with their places.
_BYTES_OF_CANDIDATE, _BYTES_OF_PAIR = 16, 40

_lock = Lock()
_kept: OrderedDict[str, StoredScene] = OrderedDict()


def scene_of(key: str, read: Callable[[], StoredScene]) -> StoredScene:
    """Return the scene of an object, kept or read; one that is larger than all that may be kept is read each time."""
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    stored = read()
    if memory_of(stored) > MAX_BYTES:
        return stored
    with _lock:
        _kept[key] = stored
        while sum(map(memory_of, _kept.values())) > MAX_BYTES:
            _kept.popitem(last=False)
    return stored


def memory_of(stored: StoredScene) -> int:
    """The bytes of a scene in memory, with what it sorts."""
    scene, *ids, errors = stored
    columns = [*vars(scene.references).values(), *vars(scene.candidates).values(), *scene.overlaps, *scene.labels, *ids]
    columns += errors or []
    derived = _BYTES_OF_CANDIDATE * len(scene.candidates) + _BYTES_OF_PAIR * len(scene.overlaps.iou)
    return derived + sum(int(column.nbytes) for column in columns)
