"""The hierarchy of classes against the challenge's own way to walk it, and what is no hierarchy."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.evaluation.detection.rules.class_hierarchy import InvalidHierarchy, of_tree


def nodes(names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    leaves = st.fixed_dictionaries({"LabelName": names})
    return st.recursive(
        leaves,
        lambda below: st.fixed_dictionaries(
            {"LabelName": names, "Subcategory": st.lists(below, max_size=3)},
            optional={"Part": st.just([{"LabelName": "tail"}])},
        ),
        max_leaves=8,
    )


def renamed(node: Any, above: tuple[str, ...] = ()) -> Any:
    """The tree with a name of its own for what would stand below itself."""
    name = node["LabelName"] + "'" * len(above) if node["LabelName"] in above else node["LabelName"]
    below = [renamed(each, (*above, name)) for each in node.get("Subcategory", [])]
    return {**node, "LabelName": name, "Subcategory": below}


def keyed_by_the_challenge(
    hierarchy: Any, *, skip_root: bool = False
) -> tuple[dict[str, set[str]], dict[str, set[str]], set[str]]:
    """Children of each class, parents of each class, and all classes: oid_hierarchical_labels_expansion.py."""
    children, keyed_parent, keyed_child = set[str](), dict[str, set[str]](), dict[str, set[str]]()
    for node in hierarchy.get("Subcategory", []):
        of_parent, of_child, inside = keyed_by_the_challenge(node)
        for known, added in ((keyed_parent, of_parent), (keyed_child, of_child)):
            for key, value in added.items():
                known[key] = known.get(key, set()) | value
        children |= inside
    if not skip_root:
        keyed_parent[hierarchy["LabelName"]] = copy.deepcopy(children)
        children.add(hierarchy["LabelName"])
        for child in keyed_child:
            keyed_child[child].add(hierarchy["LabelName"])
        keyed_child[hierarchy["LabelName"]] = set()
    return keyed_parent, keyed_child, children


@given(root=nodes(st.sampled_from("abcdefg")).map(renamed))
def test_classes_stand_above_each_other_as_in_the_challenge(root: Any) -> None:
    hierarchy = of_tree(root)
    keyed_parent, keyed_child, _ = keyed_by_the_challenge(root, skip_root=True)

    assert hierarchy.ancestors == keyed_child
    assert hierarchy.descendants == {name: below for name, below in keyed_parent.items() if below}


def below(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {"LabelName": "leaf"}
    for level in range(depth):
        node = {"LabelName": str(level), "Subcategory": [node]}
    return node


@pytest.mark.parametrize(
    ("root", "pointer", "sentence"),
    [
        ([], "", "expected an object with LabelName, Subcategory and Part alone"),
        ({"LabelName": "a", "Subcategories": []}, "", "expected an object with LabelName"),
        ({"LabelName": "a", "Subcategory": [{}]}, "/Subcategory/0/LabelName", "expected text of 1 to 255 characters"),
        ({"LabelName": "a" * 256}, "/LabelName", "expected text"),
        ({"LabelName": "a", "Subcategory": {}}, "/Subcategory", "expected a list"),
        (
            {"LabelName": "r", "Subcategory": [{"LabelName": "a", "Subcategory": [{"LabelName": "a"}]}]},
            "/Subcategory/0/Subcategory/0/LabelName",
            "stands below itself",
        ),
        (below(30), "/Subcategory/0" * 22, "at most 2,000 classes on 20 levels"),
        ({"LabelName": "r", "Subcategory": [{"LabelName": str(n)} for n in range(2_000)]}, "/Subcategory/0", "at most"),
    ],
)
def test_what_is_no_hierarchy_is_refused_with_its_place(root: Any, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidHierarchy) as refused:
        of_tree(root)

    assert refused.value.args[0] == pointer
    assert sentence in refused.value.args[1]
