"""How figures are printed on a page of one language: numbers, shares, rates, tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from denombrement.protection.knowledge import Status
from denombrement.publication.maps.classes import measure
from denombrement.publication.maps.wording import NARROW_SPACE, Quantity, Wording, rounded
from denombrement.publication.public.coverage import printing_rules
from denombrement.publication.public.figures import Figure, Figures, Rate
from denombrement.publication.public.labels import text

_HUNDRED = 100


@dataclass(frozen=True)
class Line:
    """One row of a printed table.

    Args:
        label: head of the row.
        cells: as printed.
        style: ``total``, ``sum``, ``sub`` or empty.
        spans: one cell speaks for the whole row.
        bar: percent of the full width, where the table has bars.
    """

    label: str
    cells: tuple[str, ...]
    style: str = ""
    spans: bool = False
    bar: float | None = None


@dataclass(frozen=True)
class TableView:
    """A printed table.

    Args:
        caption: what it shows, of whom.
        header: heads of the columns, the first of them above the rows' heads.
        lines: its rows.
        note: below it.
        bars: whether a bar follows the first two figures.
    """

    caption: str
    header: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""
    bars: bool = False


class Printer:
    """Prints the figures of one release in one language.

    Args:
        figures: from protected tables.
        language: ``fr``, ``nl``, ``de`` or ``en``.
    """

    def __init__(self, figures: Figures, language: str) -> None:
        self.figures = figures
        self.language = language
        self.words = Wording(language)

    def say(self, key: str, **facts: object) -> str:
        """A text of the reports; ``report.`` goes without saying."""
        return text(key if "." in key else f"report.{key}", self.language).format(**facts)

    def number(self, figure: Figure) -> str:
        """A count as printed, or the words that stand for it."""
        if figure.value is None:
            away = figure.status is Status.NOT_COUNTED
            return self.say("status.not_counted" if away else "short.protected")
        if self.figures.may_be_nobody(figure):
            return self.below(self.figures.reach_of(figure) + 1)
        return self.words.number(figure.value)

    def below(self, least: int) -> str:
        """What stands for a 0 that comes from rounding: ``< 5``."""
        return f"<{NARROW_SPACE}{self.words.number(least)}"

    def quantity(self, figure: Figure) -> Quantity:
        """A count inside a sentence, whose words agree with it."""
        if figure.value is None:
            return Quantity(self.number(figure), singular=False)
        if self.figures.may_be_nobody(figure):
            least = self.figures.reach_of(figure) + 1
            return Quantity(self.say("under", percent=self.words.number(least)), singular=False)
        return self.words.quantity(figure.value)

    def whole(self, number: int) -> str:
        """A number that is no count of persons."""
        return self.words.number(number)

    def share(self, part: Figure, whole: Figure) -> str:
        """Part of a whole in whole percents, without the sign: rounded counts carry no more, small ones not even that."""
        if part.value is None or not part.value or not self.tells_percent(whole) or not whole.value:
            return self.say("no_percent")
        percent = int(rounded(_HUNDRED * part.value / whole.value, 0))
        return self.words.number(percent) if percent else self.say("less_than_one")

    def tells_percent(self, whole: Figure) -> bool:
        """Whether a percentage of a count would mean something."""
        return whole.value is not None and whole.value >= self.figures.least_for_percent

    def leads(self, first: Figure, second: Figure) -> bool:
        """Whether one count is above another one, however both were rounded."""
        reach = self.figures.reach
        return (first.value or 0) - reach > (second.value or 0) + reach

    def percent(self, part: Figure, whole: Figure) -> str:
        """The same with its sign."""
        return self.signed(self.share(part, whole))

    def signed(self, percent: str | int) -> str:
        """A percentage with its sign, as each language writes it."""
        gap = {"fr": NARROW_SPACE, "de": "\u00a0"}.get(self.language, "")
        return f"{percent}{gap}%"

    def sentence(self, key: str, percent: int, *, least: int) -> str:
        """A sentence about a share that is published to the nearest ``least`` percent."""
        shown = self.signed(percent) if percent else self.say("under", percent=self.signed(least))
        said = self.say(key, percent=shown)
        return said[0].upper() + said[1:]

    def rate(self, figure: Figure, code: str) -> str:
        """Per 1,000 inhabitants of the communes that took part; none where rounding leaves it too vague."""
        rate = self.figures.rate(figure, code)
        if rate is None or not self.figures.tells_rate(rate):
            return self.say("no_percent")
        if self.figures.may_be_nobody(figure):
            return f"<{NARROW_SPACE}{self._per_1000(self._rate_of_one_more(rate, figure))}"
        return self._per_1000(rate.value)

    @property
    def most_off(self) -> str:
        """How far rounding may move a rate that is printed."""
        return self.words.limit(printing_rules()["rates"]["most_off_per_1000"])

    def rate_range(self, figure: Figure, code: str) -> str:
        """From which rate to which one the exact count could lead, however it was rounded; rounded outwards."""
        rate = self.figures.rate(figure, code)
        if rate is None or rate.low == rate.high:
            return self.say("no_percent") if rate is None else self._per_1000(rate.value)
        low, high = (_decimal(end, way) for end, way in ((rate.low, ROUND_FLOOR), (rate.high, ROUND_CEILING)))
        return self.say("range", low=self._per_1000(low), high=self._per_1000(high))

    def _rate_of_one_more(self, rate: Rate, figure: Figure) -> float:
        """The rate that a 0 from rounding stays below: that of its reach and one, rounded up."""
        reach = self.figures.reach_of(figure)
        return _decimal(rate.high * (reach + 1) / reach, ROUND_CEILING)

    def _per_1000(self, rate: float) -> str:
        return self.words.number(rate, measure("adults_per_1000").decimals)

    def line(self, label: str, figures: Sequence[Figure], style: str = "") -> Line:
        """A row of counts; where nobody took part, one cell says so for all of them."""
        if all(each.status is Status.NOT_COUNTED for each in figures):
            return Line(label, (self.say(f"status.{Status.NOT_COUNTED}"),), style, spans=True)
        return Line(label, tuple(self.number(each) for each in figures), style)

    def bar(self, part: Figure, largest: Figure) -> float:
        """Width of a bar in percent of the largest one."""
        return _HUNDRED * part.value / largest.value if part.value and largest.value else 0.0


def _decimal(rate: float, way: str) -> float:
    """A rate with the decimals printed, rounded up or down."""
    step = Decimal(1).scaleb(-measure("adults_per_1000").decimals)
    # Twelve digits: what a quotient of whole numbers errs by must not move it to the next decimal.
    return float(Decimal(f"{rate:.12g}").quantize(step, rounding=way))


def largest(figures: list[Figure]) -> Figure:
    """The largest printed one of some figures."""
    return max(figures, key=lambda each: each.value or 0)
