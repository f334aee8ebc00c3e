"""The Math-Verify worker's handler: verdicts as data, no gmpy2, bounded input."""

import sys

import pytest

from omni_engine.verify.math_verify import MAX_CHARS, handle


def outcome(answer: str, gold: str) -> str:
    return handle({"answer": answer, "gold": gold})["outcome"]


def test_answers_are_judged_by_math_verify():
    assert handle({"answer": "0.5", "gold": "\\frac{1}{2}"}) == {"outcome": "equal", "by": "math-verify"}
    assert outcome("0.6", "\\frac{1}{2}") == "different"
    assert outcome("$x+1$", "1+x") == "equal"


def test_what_is_too_long_is_not_read():
    assert outcome("9" * (MAX_CHARS + 1), "9") == "different"
    assert outcome("9", "9" * (MAX_CHARS + 1)) == "bad_gold"


def test_a_gold_that_cannot_be_read_is_the_items_fault():
    assert outcome("5", "") == "bad_gold"


def test_arithmetic_is_pure_python():
    outcome("1", "1")
    assert "gmpy2" not in sys.modules


@pytest.mark.parametrize("job", [None, [], {}, {"answer": 5, "gold": "5"}, {"answer": "5"}])
def test_another_job_is_refused(job: object):
    with pytest.raises(ValueError, match="must be strings"):
        handle(job)
