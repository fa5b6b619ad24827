"""The liveness of a worker or courier, recorded by the loop of Celery's consumer."""

from typing import Any

from celery import bootsteps
from celery.worker.consumer.tasks import Tasks

from shared.kit.liveness import INTERVAL_S, LivenessFile
from shared.kit.settings import settings


def touch() -> None:
    """Record that the loop turns, or tries to reach the broker."""
    LivenessFile(settings().liveness_file).touch()


class LivenessStep(bootsteps.StartStopStep):  # type: ignore[misc] # Celery ships no types
    """Touches the file from the loop that takes messages; started anew with every connection to the broker."""

    requires = (Tasks,)

    def start(self, consumer: Any) -> None:
        """Touch the file now, and from then on as long as the loop turns."""
        touch()
        self._timer = consumer.timer.call_repeatedly(INTERVAL_S, touch)

    def stop(self, _consumer: Any) -> None:
        """Leave the file as it is: its age tells."""
        if timer := getattr(self, "_timer", None):
            timer.cancel()

    terminate = stop
