import threading
import time

from deploy.local.supervisor import Watch, keep_alive, stop_all


class FakePart:
    def __init__(self, *, obeys: bool = True, name: str = "worker") -> None:
        self.name = name
        self.running = True
        self.exit_code: int | None = None
        self.obeys = obeys
        self.calls: list[str] = []

    def die(self, code: int) -> None:
        self.running, self.exit_code = False, code

    def spawn(self) -> None:
        self.calls.append("spawn")
        self.running, self.exit_code = True, None

    def request_stop(self) -> None:
        self.calls.append("stop")
        self.running = not self.obeys

    def kill(self) -> None:
        self.calls.append("kill")
        self.running = False

    def tail(self) -> str:
        return "one\ntwo"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def delays(lifetimes: list[float]) -> list[float]:
    """How long a part that lives so long each time is kept down after each death, read from the clock."""
    part, clock = FakePart(), Clock()
    watch = Watch(part, lambda _: None, clock)
    measured = []
    for lifetime in lifetimes:
        clock.now += lifetime
        part.die(1)
        died = clock.now
        watch.look()
        while not part.running:
            clock.now += 0.25
            watch.look()
        measured.append(clock.now - died)
    return measured


def test_the_delay_doubles_up_to_half_a_minute() -> None:
    assert delays([0.0] * 9) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_the_delay_starts_over_after_a_minute_of_life() -> None:
    assert delays([0.0, 0.0, 59.0, 60.0, 0.0]) == [0.5, 1, 2, 0.5, 1]


def test_a_death_is_told_once_with_the_last_lines() -> None:
    part, clock, said = FakePart(), Clock(), list[str]()
    watch = Watch(part, said.append, clock)
    part.die(9)
    watch.look()
    watch.look()
    assert said == [
        "worker ended with exit code 9; starting it again in 0.5 s. Its last lines:\n    one\n    two",
    ]


def test_a_living_part_is_left_alone() -> None:
    part, rounds = FakePart(), iter([False, False, True])
    keep_alive([Watch(part, lambda _: None)], until=lambda: next(rounds))
    assert part.calls == []


def test_only_parts_that_do_not_end_in_time_are_killed() -> None:
    obedient, deaf = FakePart(), FakePart(obeys=False)
    stop_all([obedient, deaf], seconds=0.1, hurry=threading.Event())
    assert (obedient.calls, deaf.calls) == (["stop"], ["stop", "kill"])


def test_a_part_with_a_longer_time_of_its_own_has_it_and_the_others_do_not() -> None:
    slow, deaf = FakePart(obeys=False, name="courier"), FakePart(obeys=False)
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        assert deaf.calls == ["stop", "kill"]
        slow.running = False

    stop_all([slow, deaf], seconds=0.1, hurry=threading.Event(), longer={"courier": 60}, say=say)
    assert said == ["Waiting up to 60 s for courier."]
    assert slow.calls == ["stop"]


def test_a_longer_time_is_not_endless_and_ends_at_once_in_a_hurry() -> None:
    deaf, hurried, hurry = (
        FakePart(obeys=False, name="courier"),
        FakePart(obeys=False, name="courier"),
        threading.Event(),
    )
    stop_all([deaf], seconds=0.05, hurry=hurry, longer={"courier": 0.1})
    stop_all([hurried], seconds=0.05, hurry=hurry, longer={"courier": 60}, say=lambda _: hurry.set())
    assert deaf.calls == hurried.calls == ["stop", "kill"]


def test_in_a_hurry_nobody_waits() -> None:
    deaf, hurry = FakePart(obeys=False), threading.Event()
    hurry.set()
    asked = time.monotonic()
    stop_all([deaf], seconds=60, hurry=hurry)
    assert deaf.calls == ["stop", "kill"]
    assert time.monotonic() - asked < 30
