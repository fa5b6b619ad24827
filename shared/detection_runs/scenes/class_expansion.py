"""Objects of a class as objects of the classes above it, as Open Images' challenge counts them; pure."""

from collections.abc import Mapping

from shared.analyses.annotations.columns import AnnotationColumns
from shared.detection_runs.options import DetectionOptions
from shared.detection_runs.scenes.objects_of_images import ImageSides
from shared.evaluation.detection.rules import class_hierarchy
from shared.evaluation.detection.rules.class_hierarchy import NO_HIERARCHY, ClassHierarchy, InvalidHierarchy
from shared.kit.errors import Fault, InvalidInput
from shared.kit.plurals import counted, form


def hierarchy_of(options: DetectionOptions) -> ClassHierarchy:
    """Return the hierarchy that is asked for; raises InvalidInput."""
    if options.class_hierarchy is None:
        return NO_HIERARCHY
    try:
        return class_hierarchy.of_tree(options.class_hierarchy)
    except InvalidHierarchy as error:
        pointer, sentence = error.args
        place = pointer.replace("/", ".")
        raise InvalidInput(Fault(f"/class_hierarchy{pointer}", f"class_hierarchy{place}: {sentence}.")) from error


def expanded(sides: ImageSides, options: DetectionOptions) -> ImageSides:
    """Return both sides with each object of the ground truth once more for every class above its own.

    A model's objects are repeated so where that is asked for.
    """
    ancestors = hierarchy_of(options).ancestors
    if not ancestors:
        return sides
    references = _with_classes_above(sides.references, ancestors)
    if not options.expand_candidates:
        return sides._replace(references=references)
    return sides._replace(references=references, candidates=_with_classes_above(sides.candidates, ancestors))


def notices_of(sides: ImageSides, options: DetectionOptions) -> list[str]:
    """Return a sentence about classes that the hierarchy does not have."""
    if options.class_hierarchy is None:
        return []
    known = hierarchy_of(options).ancestors.keys()
    used = {*sides.references.class_names, *sides.candidates.class_names}
    if not (outside := sorted(used - known)):
        return []
    named = ", ".join(f"“{name[:50]}”" for name in outside[:3])
    said = f"{counted(len(outside), 'class', 'classes')} {form(len(outside), 'is', 'are')}"
    return [f"{said} not in the hierarchy, such as {named}; nothing stands above {form(len(outside), 'it', 'them')}."]


def _with_classes_above(side: AnnotationColumns, ancestors: Mapping[str, frozenset[str]]) -> AnnotationColumns:
    names = [[name, *sorted(ancestors.get(name, ()))] for name in side.class_names]
    return side.repeated([len(some) for some in names], [name for some in names for name in some])
