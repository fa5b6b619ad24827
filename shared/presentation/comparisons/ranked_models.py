"""The matrices of a comparison, named and ranked for its page."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from shared.evaluation.comparison.pycm_ranking import Comparison, Score
from shared.kit.names import is_visible
from shared.matrices.records import CountedMatrix
from shared.presentation.labels import cut, plain_text, short_labels

_HEADING_COLUMNS, _TEXT_COLUMNS, _TAG_COLUMNS = 26, 60, 24
# Identifiers begin with the time, so that those of one batch differ only at their end.
_UID_TAIL = 8


class ShortenedText(NamedTuple):
    """A text, cut to its limit, and in full where it is cut."""

    text: str
    full: str | None


@dataclass(frozen=True, slots=True)
class RankedModel:
    """One matrix: `name` in full, `heading` cut for the top of a column; `rank` from 1, shared by equal scores."""

    record: CountedMatrix
    uid: str
    name: str
    heading: str
    model: ShortenedText | None
    data_set: ShortenedText | None
    tags: tuple[ShortenedText, ...]
    score: Score
    rank: int
    best: bool


@dataclass(frozen=True, slots=True)
class RankingVerdict:
    """The best matrix, if there is one, and the reason; `rivals` lead by class and overall."""

    best: RankedModel | None
    reason: str
    rivals: tuple[RankedModel, RankedModel] | None = None


def rank_models(matrices: Sequence[CountedMatrix], ranking: Comparison) -> list[RankedModel]:
    """The matrices from best to worst."""
    records = {str(record.uid): record for record in matrices}
    ranked = [records[uid] for uid in ranking.order]
    names = _names(ranked)
    strengths = [_strength(ranking.scores[uid]) for uid in ranking.order]
    return [
        RankedModel(
            record=record,
            uid=str(record.uid),
            name=name,
            heading=heading,
            model=_shorten(" ".join(filter(None, (record.description.model_name, record.description.model_version)))),
            data_set=_shorten(record.description.data_set),
            tags=tuple(filter(None, (_shorten(tag, _TAG_COLUMNS) for tag in record.description.tags))),
            score=ranking.scores[str(record.uid)],
            rank=1 + strengths.index(strength),
            best=str(record.uid) == ranking.best,
        )
        for record, name, heading, strength in zip(
            ranked, names, short_labels(names, _HEADING_COLUMNS), strengths, strict=True
        )
    ]


def verdict(ranked: Sequence[RankedModel]) -> RankingVerdict:
    """The best matrix, if there is one, with a sentence that gives the reason."""
    leader = ranked[0]
    strongest = max(ranked, key=lambda ranked_model: ranked_model.score.overall)
    leads_both = leader.score.overall == strongest.score.overall
    if leader.best:
        if leads_both:
            return RankingVerdict(leader, "No other matrix has a higher class score or a higher overall score.")
        return RankingVerdict(leader, "It has the highest class score; another matrix has a higher overall score.")
    equals = sum(ranked_model.score == leader.score for ranked_model in ranked)
    if equals > 1:
        return RankingVerdict(None, f"{equals} matrices share the highest class score and the highest overall score.")
    return RankingVerdict(None, "The class score and the overall score favour different matrices.", (leader, strongest))


def _strength(score: Score) -> tuple[float, float]:
    return score.per_class, score.overall


def _names(records: Sequence[CountedMatrix]) -> list[str]:
    tails = [f"…{str(record.uid)[-_UID_TAIL:]}" for record in records]
    stored_names = [_text(record.description.name) for record in records]
    uses = Counter(stored_names)
    return [
        f"Matrix {tail}" if name is None else name if uses[name] == 1 else f"{name} ({tail})"
        for name, tail in zip(stored_names, tails, strict=True)
    ]


def _shorten(text: str | None, limit: int = _TEXT_COLUMNS) -> ShortenedText | None:
    full = _text(text)
    if full is None:
        return None
    shortened = cut(full, limit)
    return ShortenedText(shortened, full if shortened != full else None)


def _text(text: str | None) -> str | None:
    visible = plain_text(text or "")
    return visible if is_visible(visible) else None
