"""The Celery application and its settings. A message is the id of a row, which says what is to be done.

The command line of a worker names its tasks, `worker.tasks`.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init
from kombu.entity import Exchange, Queue

from shared.kit import logging
from shared.kit.broker import TRANSPORT_OPTIONS, Wakeup
from shared.kit.platform import load_before_forking
from shared.kit.settings import settings
from worker.liveness import LivenessStep


def _queue(name: str) -> Queue:
    return Queue(name, Exchange(name), routing_key=name, no_ack=True)  # type: ignore[no-untyped-call] # kombu has no types


_LONGEST_S = settings().job_time_limit_s + 2 * settings().max_file_bytes / settings().job_second_bytes

app = Celery("evalserve", broker=settings().redis_url.get_secret_value(), include=["worker.shutdown"])

app.conf.update(
    # The row's lease repeats what a dead worker leaves behind. A late acknowledgement would repeat it a second
    # time, and loops without end over a job that kills its worker.
    task_acks_late=False,
    task_reject_on_worker_lost=False,
    # For the same reason nothing is acknowledged: the transport would write each message into a second list and delete
    # it there, a third of the consumer's work. A message that is lost is sent again by the dispatcher.
    task_queues=[_queue(wakeup.queue) for wakeup in Wakeup],
    # A prefetched message would wait behind a long job although another process is idle.
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    # The outcome is in Postgres.
    task_ignore_result=True,
    task_routes={f"{wakeup.queue}.*": {"queue": wakeup.queue} for wakeup in Wakeup},
    accept_content=["json"],
    # Outlasts a long outage of the broker: the default gives up after a hundred tries.
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    worker_consumer="worker.no_ack_consumer:UnacknowledgingConsumer",
    broker_transport_options=TRANSPORT_OPTIONS,
    # An attempt limits its time itself, by its bytes. These are the limits of the largest file, packed and unpacked:
    # should a library hold the interpreter, no thread of the process runs that could limit it.
    task_soft_time_limit=_LONGEST_S,
    task_time_limit=_LONGEST_S + 15,
    # Drawing libraries keep some memory; a fresh process now and then gives it back.
    worker_max_tasks_per_child=500,
    # Remote control stays on: without its open connection a worker does not notice that the broker was restarted.
    worker_enable_remote_control=True,
    worker_hijack_root_logger=False,
)

app.steps["consumer"].add(LivenessStep)


@worker_init.connect
def _load_before_the_fork(**_: Any) -> None:
    load_before_forking()


@setup_logging.connect
def _configure_logging(**_: Any) -> None:
    logging.configure(level=settings().log_level, form=settings().log_format)
