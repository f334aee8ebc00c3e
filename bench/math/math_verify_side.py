"""Judges pairs with Math-Verify: JSON lines {answer, gold} in, {equal, seconds} out; one process, one core."""

import json
import re
import sys
import time

from math_verify import parse, verify


def wrapped(text: str) -> str:
    """Math-Verify reads LaTeX between delimiters only."""
    return text if re.search(r"(?<!\\)\$|\\\[|\\boxed", text) else f"${text}$"


def judge(answer: str, gold: str) -> bool:
    """Gold first, as Math-Verify wants it; what it throws is a no."""
    try:
        return bool(verify(parse(wrapped(gold)), parse(wrapped(answer))))
    except Exception:
        return False


def main() -> None:
    """Warms the parser up, then answers line by line."""
    judge("x^2", "\\frac{1}{2}")
    for line in sys.stdin:
        pair = json.loads(line)
        began = time.process_time()
        equal = judge(pair["answer"], pair["gold"])
        print(json.dumps({"equal": equal, "seconds": time.process_time() - began}), flush=True)


main()
