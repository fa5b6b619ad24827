"""The parameters of the calculators, in a query or in JSON, read digit by digit and kept exactly."""

import re
from typing import Any, NamedTuple

from litestar.datastructures import MultiDict

from api.http.bodies.decoding import decode
from api.http.bodies.json_bodies import Fields
from shared.evaluation.calculators.exact_rounding import Number
from shared.evaluation.calculators.tables import Cells, DiagnosticTest, FBetaArguments
from shared.kit.errors import Fault, InvalidInput

Texts = dict[str, str]

# Python's own readers take underscores, spaces, the digits of all scripts, NaN and infinity.
_COUNT = re.compile(r"[0-9]{1,15}")
_RATE = re.compile(r"[0-9]{1,15}(?:\.(?P<digits>[0-9]{1,30}))?|\.(?P<only>[0-9]{1,30})")
_JSON_EXPONENT = re.compile(r"(?P<significant>[0-9.]+)[eE](?P<exponent>[+-]?[0-9]{1,2})")


class Parameter(NamedTuple):
    """A parameter of a calculator, as its documentation shows it."""

    name: str
    description: str
    example: str | None = None
    required: bool = False

    def to_openapi(self) -> dict[str, Any]:
        """The parameter as OpenAPI writes it."""
        document: dict[str, Any] = {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "schema": {"type": "string"},
        }
        document["description"] = self.description
        return document | ({"example": self.example} if self.example else {})


CONFUSION = (
    Parameter("tp", "Number of true positives.", "90", required=True),
    Parameter("fp", "Number of false positives.", "10", required=True),
    Parameter("fn", "Number of false negatives.", "5", required=True),
    Parameter("tn", "Number of true negatives.", "95", required=True),
)

DIAGNOSTIC = (
    Parameter("sensitivity", "Sensitivity (true positive rate), 0 to 1.", "0.95", required=True),
    Parameter("specificity", "Specificity (true negative rate), 0 to 1.", "0.90", required=True),
    Parameter("prevalence", "Prevalence (pre-test probability), 0 to 1.", "0.01", required=True),
)

FBETA = (
    Parameter("precision", "Precision, 0 to 1; with `recall`.", "0.9"),
    Parameter("recall", "Recall, 0 to 1; with `precision`.", "0.947"),
    Parameter("tp", "Number of true positives; with `fp` and `fn`, instead of rates."),
    Parameter("fp", "Number of false positives; with `tp` and `fn`."),
    Parameter("fn", "Number of false negatives; with `tp` and `fp`."),
    Parameter("beta", "Weight of recall against precision, 0 or more; 1 if omitted.", "1"),
)


class DecimalFraction(NamedTuple):
    """A decimal number in exact form: digits over a power of ten."""

    digits: int
    whole: int

    @property
    def number(self) -> Number:
        """The number for the answer."""
        return self.digits // self.whole if self.digits % self.whole == 0 else self.digits / self.whole

    def parts_of(self, whole: int) -> int:
        """The rate in parts of a larger power of ten."""
        return self.digits * (whole // self.whole)


class Reader:
    """Reads parameters one by one and reports all faults together."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._faults: list[Fault] = []

    def names(self) -> set[str]:
        """The names of the parameters."""
        return set(self._texts)

    def count(self, name: str) -> int:
        """A count; a placeholder if it is none."""
        text = self._text(name)
        if text is None:
            return 0
        if not _COUNT.fullmatch(text):
            self.complain(name, "send a whole number of at most 15 digits, such as 90.")
            return 0
        return int(text)

    def rate(self, name: str, *, maximum: int | None = 1) -> DecimalFraction:
        """A decimal number that is not negative and at most `maximum`; a placeholder if it is none."""
        text = self._text(name)
        if text is None:
            return DecimalFraction(0, 1)
        fraction = _read_rate(text)
        if fraction is None or (maximum is not None and fraction.digits > maximum * fraction.whole):
            range_ = f"from 0 to {maximum}" if maximum is not None else "of 0 or more"
            self.complain(name, f"send a decimal number {range_}, such as 0.95.")
            return DecimalFraction(0, 1)
        return fraction

    def complain(self, name: str, detail: str) -> None:
        """Record a fault."""
        self._faults.append(Fault(f"/{name}", f"{name}: {detail}"))

    def end(self) -> None:
        """Raise InvalidInput if anything was wrong."""
        if self._faults:
            raise InvalidInput(*self._faults)

    def _text(self, name: str) -> str | None:
        text = self._texts.get(name)
        if text is None:
            self.complain(name, "this parameter is required.")
        return text


def of_query(query: MultiDict[Any]) -> Texts:
    """The texts of a query; raises InvalidInput for a parameter that occurs twice."""
    pairs = list(query.multi_items())
    texts = dict(pairs)
    if len(texts) < len(pairs):
        twice = {name for index, (name, _) in enumerate(pairs) for earlier, _ in pairs[:index] if earlier == name}
        raise InvalidInput(*(Fault(f"/{name}", f"{name}: send this parameter once.") for name in sorted(twice)))
    return texts


def of_members(members: Fields) -> Texts:
    """The texts of a body's members, numbers in their notation there; null members are left out.

    Raises InvalidInput for an invalid JSON string.
    """
    texts = {}
    for name, raw in members.items():
        if bytes(raw).startswith(b'"'):
            texts[name] = decode(raw, str, f"/{name}")
        elif bytes(raw) != b"null":
            # Not decoded so far: bytes that are not UTF-8 are no number either.
            texts[name] = _without_exponent(bytes(raw).decode(errors="replace"))
    return texts


def read_cells(texts: Texts) -> Cells:
    """The four cells; raises InvalidInput."""
    reader = Reader(texts)
    cells = Cells(*(reader.count(name) for name in Cells._fields))
    reader.end()
    return cells


def read_screening(texts: Texts) -> dict[str, DecimalFraction]:
    """The three rates of a test; raises InvalidInput."""
    reader = Reader(texts)
    rates = {parameter.name: reader.rate(parameter.name) for parameter in DIAGNOSTIC}
    reader.end()
    return rates


def as_diagnostic(rates: dict[str, DecimalFraction]) -> DiagnosticTest:
    """The same in parts of one whole."""
    whole = max(rate.whole for rate in rates.values())
    sensitivity, specificity, prevalence = (rates[parameter.name].parts_of(whole) for parameter in DIAGNOSTIC)
    return DiagnosticTest(sensitivity, specificity, prevalence, whole)


def read_fbeta(texts: Texts) -> tuple[FBetaArguments, dict[str, int]]:
    """Precision, recall and beta, and the counts if they were sent; raises InvalidInput."""
    reader = Reader(texts)
    rates, counts = reader.names() & {"precision", "recall"}, reader.names() & {"tp", "fp", "fn"}
    if rates and counts:
        for name in sorted(counts):
            reader.complain(name, "send either precision and recall, or tp, fp and fn, not both.")
        reader.end()
    beta = reader.rate("beta", maximum=None) if "beta" in reader.names() else DecimalFraction(1, 1)
    if counts:
        tp, fp, fn = (reader.count(name) for name in ("tp", "fp", "fn"))
        reader.end()
        return FBetaArguments((tp, tp + fp), (tp, tp + fn), beta), {"tp": tp, "fp": fp, "fn": fn}
    precision, recall = reader.rate("precision"), reader.rate("recall")
    reader.end()
    return FBetaArguments(precision, recall, beta), {}


def _read_rate(text: str) -> DecimalFraction | None:
    match = _RATE.fullmatch(text)
    if match is None:
        return None
    return DecimalFraction(int(text.replace(".", "")), 10 ** len(match["digits"] or match["only"] or ""))


def _without_exponent(token: str) -> str:
    # JSON's writers turn to exponents for small numbers; in a query they are typing mistakes.
    match = _JSON_EXPONENT.fullmatch(token)
    if match is None:
        return token
    digits, _, fraction = match["significant"].partition(".")
    decimals = len(fraction) - int(match["exponent"])
    padded = (digits + fraction).ljust(len(digits + fraction) - min(decimals, 0), "0")
    return padded if decimals <= 0 else f"{padded[:-decimals] or '0'}.{padded[-decimals:].rjust(decimals, '0')}"
