"""Members that change what an object means, under whatever name a program gives them."""

from typing import Any

from shared.analyses.annotations.validation import Checker, escape

_FLAGS = {
    **dict.fromkeys(("iscrowd", "is_crowd", "isgroupof", "is_group_of"), "iscrowd"),
    **dict.fromkeys(("ignore", "ignored", "is_ignored"), "ignore"),
    **dict.fromkeys(("difficult", "is_difficult"), "difficult"),
}
_TURNS = frozenset({"rotation", "angle", "direction", "theta"})
_UNCOUNTED = frozenset({*_FLAGS, "deleted"})
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})
_NOTHING = frozenset({"", "none"})


def take_flags(said: dict[str, Any], data: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Move what marks a group, or an object that need not be found, from what is said to the data of the annotation."""
    stated = {member: bool(data[member]) for member in _FLAGS.values() if member in data}
    for name in [name for name in said if name.lower() in _FLAGS]:
        member, value = _FLAGS[name.lower()], _word(said.pop(name))
        if value in _NOTHING:
            continue
        is_set = value in _YES
        if value not in _YES | _NO:
            checker.note(f"{pointer}/{escape(name)}", "expected 0 or 1")
        elif stated.setdefault(member, is_set) != is_set:
            checker.note(f"{pointer}/{escape(name)}", f"says otherwise than {member}")
        elif is_set:
            data[member] = 1


def refuse_turns(said: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Note what turns an object whose program does not say in which form it would."""
    for name, value in said.items():
        # A direction may be a word, such as left.
        if is_turn(name) and turns(value, is_word=name.lower() != "direction"):
            checker.note(
                f"{pointer}/{escape(name)}", "this turns the object, which is not read here; export its corners"
            )


def is_flag(name: str) -> bool:
    """Tell whether a member of this name is taken by `take_flags`."""
    return name.lower() in _FLAGS


def is_turn(name: str) -> bool:
    """Tell whether a member of this name is looked at by `refuse_turns`."""
    return name.lower() in _TURNS


def refuse_uncounted(said: dict[str, Any], checker: Checker, pointer: str) -> None:
    """Note what marks a whole image or category as one that does not count."""
    for name, value in said.items():
        if is_uncounted(name) and _word(value) not in _NO | _NOTHING:
            message = "what does not count is not read as such; leave it out of the file"
            checker.note(f"{pointer}/{escape(name)}", message)


def is_uncounted(name: str) -> bool:
    """Tell whether a member of this name is looked at by `refuse_uncounted`."""
    return name.lower() in _UNCOUNTED


def turns(value: Any, *, is_word: bool = True) -> bool:
    """Tell whether an angle is another than 0; a text that is no number does if `is_word`."""
    try:
        return float(value or 0) != 0
    except OverflowError:
        return True
    except (TypeError, ValueError):
        return is_word


def _word(value: Any) -> str:
    return str(value).strip().lower()
