import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denombrement.errors import UsageProblem
from denombrement.publication.maps import Classes, measure, measures
from denombrement.publication.maps.wording import NARROW_SPACE, Wording, rounded

limits = st.lists(st.integers(1, 500), min_size=1, max_size=4, unique=True).map(sorted).map(tuple)
values = st.lists(st.floats(0, 1000, allow_nan=False), min_size=1, max_size=60)
ALL_YEARS = settings(derandomize=True, deadline=None, max_examples=80)


@ALL_YEARS
@given(limits, values, st.integers(0, 2))
def test_every_value_is_in_exactly_one_class(breaks, numbers, decimals):
    classes = Classes(breaks, decimals)
    assert sum(classes.counts(numbers)) == len(numbers)
    assert all(0 <= classes.index(number) < classes.number for number in numbers)


@ALL_YEARS
@given(limits, values)
def test_a_larger_value_is_never_in_a_lower_class(breaks, numbers):
    classes = Classes(breaks)
    indices = [classes.index(number) for number in sorted(numbers)]
    assert indices == sorted(indices)


@ALL_YEARS
@given(limits, values, st.integers(0, 2))
def test_the_printed_figure_lies_within_the_label_of_its_class(breaks, numbers, decimals):
    classes = Classes(breaks, decimals)
    labels = classes.labels(Wording("en"))
    for number in numbers:
        printed = rounded(number, decimals)
        index = classes.index(number)
        bounds = [float(bound.replace(",", "")) for bound in re.findall(r"[\d.,]+", labels[index])]
        if index == 0:
            assert printed < bounds[0]
        elif index == classes.number - 1:
            assert printed >= bounds[0]
        else:
            assert bounds[0] <= float(printed) <= bounds[-1]


@settings(ALL_YEARS, max_examples=25)
@given(limits, st.lists(st.integers(0, 600), min_size=1, max_size=60))
def test_classes_agree_with_mapclassify(breaks, numbers):
    import mapclassify

    # mapclassify closes its classes above, ours are closed below: on whole numbers the limits differ by one.
    bins = [limit - 1 for limit in breaks] + [max(*numbers, *breaks)]
    theirs = mapclassify.UserDefined(numbers, bins)
    assert [Classes(breaks).index(number) for number in numbers] == list(theirs.yb)


def test_labels_are_disjoint_round_and_in_words():
    assert Classes((2, 5, 10)).labels(Wording("fr")) == (
        "moins de\u00a02",
        "2\u00a0à\u00a04",
        "5\u00a0à\u00a09",
        "10\u00a0et plus",
    )
    assert Classes((10, 25), 1).labels(Wording("fr"))[1] == "10\u00a0à\u00a024,9"
    assert Classes((1, 2), 0).labels(Wording("nl"))[1] == "1"
    assert Classes((1, 2.5), 2).labels(Wording("en"))[1] == "1\u00a0to\u00a02.49"


@pytest.mark.parametrize("breaks", [(), (0, 1), (2, 2), (3, 1), (-1,), (1, 2, 3, 4, 5)])
def test_limits_that_make_no_sense_are_refused(breaks):
    with pytest.raises(UsageProblem) as caught:
        Classes(breaks)
    assert caught.value.code == "PUB006"


def test_every_rate_has_fixed_limits_and_no_count_has_any():
    for each in measures().values():
        assert (
            bool(each.breaks) == bool(each.breaks_by_category) == bool(each.per) == (each.quantity == "rate")
        )
    assert measure("per_10000").classes(by_category=False).number == 5
    assert measure("per_10000").classes(by_category=True).breaks != measure("per_10000").breaks


def test_an_unknown_measure_is_refused():
    with pytest.raises(UsageProblem) as caught:
        measure("per_mille")
    assert caught.value.code == "PUB005"


def test_halves_are_printed_upwards_and_thousands_apart():
    say = Wording("fr")
    assert say.number(1394) == f"1{NARROW_SPACE}394"
    assert [say.number(value, 1) for value in (0.25, 0.35, 47.44)] == ["0,3", "0,4", "47,4"]
    assert Wording("en").number(1394.5, 1) == "1,394.5"
    assert Wording("de").number(1394.5, 1) == Wording("nl").number(1394.5, 1) == "1.394,5"
    assert say.limit(2.5) == "2,5"
    assert say.limit(10) == "10"
