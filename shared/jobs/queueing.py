"""Which way the message about a job goes, so that one account's many jobs do not hold up another's few.

Workers take from two queues in turn. The first few jobs of every account go into the one, what an account has beyond
them goes into the other, a bounded part of it at a time; the rest waits in Postgres, where the dispatcher takes from
the accounts in turn.
"""

from shared.kit.broker import Wakeup

# Few enough that the jobs of a hundred accounts ahead of one's own are still soon done.
PROMPT = 4

# Enough that one account alone keeps many workers busy from one look of the dispatcher's to the next.
SHARE = 100

SHARES = {Wakeup.RUN_JOB: PROMPT, Wakeup.RUN_LATER: SHARE}


def lane(ahead: int) -> Wakeup | None:
    """The message for a new job, given how many of its account wait already; None leaves it to the dispatcher."""
    return next((wakeup for wakeup, share in SHARES.items() if ahead < share), None)
