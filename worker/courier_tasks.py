"""The Celery task of the courier, apart from the worker's: it needs none of the libraries that compute and draw."""

from uuid import UUID

from shared.kit.broker import Wakeup
from worker import runtime
from worker.app import app


@app.task(name=Wakeup.SEND_DELIVERY.value)
def send_delivery(delivery_id: str) -> None:
    """Attempt a delivery; a second message about it finds nothing due."""
    runtime.current().deliver(UUID(delivery_id))
