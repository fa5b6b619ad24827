"""What can go wrong with artifacts."""

from shared.kit.errors import ServiceUnavailable


class StorageUnavailable(ServiceUnavailable):
    """The artifact storage does not answer; try again shortly."""

    code = "storage-unavailable"
