"""Math-Verify as a verify worker: an answer against a gold, by Math-Verify and nothing else.

For comparison with the built-in verifier, and for those who want exactly this one. Needs the extra ``math-verify``.
Its own time-outs are whole seconds, for fractions of them make it answer False; whoever runs this process bounds time
and memory from outside, with SIGKILL, since SymPy can hang past any alarm. gmpy2 is kept out, also where it is
installed: its long C calls cannot be interrupted.
"""

import importlib
import os
import threading
from typing import Any

# Read by SymPy and mpmath when they are first imported.
os.environ["SYMPY_GROUND_TYPES"] = "python"
os.environ["MPMATH_NOGMPY"] = "1"

# Seconds of loading, spent before the first job and not in its deadline. Fails here without the extra.
_library = importlib.import_module("math_verify")
_half = _library.parse("$\\frac{1}{2}$", parsing_timeout=None)
_library.verify(_half, _half, timeout_seconds=None)

TIMEOUT_S = 1
MAX_CHARS = 4096


def handle(job: Any) -> dict[str, str]:
    """Judges ``{"answer": str, "gold": str}``; a gold that Math-Verify cannot read is ``bad_gold``.

    Raises:
        ValueError: the job is something else.
    """
    answer, gold = (job.get("answer"), job.get("gold")) if isinstance(job, dict) else (None, None)
    if not isinstance(answer, str) or not isinstance(gold, str):
        raise ValueError("math-verify: answer and gold must be strings")
    if len(gold) > MAX_CHARS:
        return {"outcome": "bad_gold", "reason": f"the gold answer is longer than {MAX_CHARS} characters"}
    if len(answer) > MAX_CHARS:
        return {"outcome": "different", "reason": f"the answer is longer than {MAX_CHARS} characters"}
    # Its alarm is a signal, which Python delivers to the main thread alone.
    timeout = TIMEOUT_S if threading.current_thread() is threading.main_thread() else None
    truth = _library.parse(_in_dollars(gold), parsing_timeout=timeout)
    if not truth:
        return {"outcome": "bad_gold", "reason": "Math-Verify cannot read the gold answer"}
    given = _library.parse(_in_dollars(answer), parsing_timeout=timeout)
    if _library.verify(truth, given, timeout_seconds=timeout):
        return {"outcome": "equal", "by": "math-verify"}
    return {"outcome": "different", "reason": "Math-Verify says so" if given else "Math-Verify cannot read the answer"}


def _in_dollars(text: str) -> str:
    """Math-Verify reads LaTeX between dollar signs."""
    return text if text.lstrip().startswith("$") else f"${text}$"
