"""Members that change what an object means, under whatever name a program gives them."""

from typing import Any

from shared.analyses.annotations.validation import Checker

_FLAGS = {"iscrowd": "iscrowd", "is_crowd": "iscrowd", "ignore": "ignore", "difficult": "difficult"}
_TURNS = frozenset({"rotation", "angle", "direction", "theta"})
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no", "none"})


def take_flags(said: dict[str, Any], data: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Move what marks a group, or an object that need not be found, from what is said to the data of the annotation."""
    for name in [name for name in said if name.lower() in _FLAGS]:
        value = str(said.pop(name)).strip().lower()
        if value in _YES:
            data[_FLAGS[name.lower()]] = 1
        elif value not in _NO:
            checker.note(f"{pointer}/{name}", "expected 0 or 1")


def refuse_turns(said: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Note what turns an object whose program does not say in which form it would."""
    for name, value in said.items():
        if name.lower() in _TURNS and not _is_zero(value):
            checker.note(f"{pointer}/{name}", "this turns the object, which is not read here; export its corners")


def _is_zero(value: Any) -> bool:
    try:
        return float(value or 0) == 0
    except (TypeError, ValueError):
        return False
