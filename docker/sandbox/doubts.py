"""Questions beside those of the tests, put to objects whose classes answer comparisons themselves: what no honest class
says gives a dishonest one away."""

import collections
import copy
import random

import line
from handles import is_handle

# Comparisons of a class, of each kind, that are asked both ways round, and those that are asked among others.
MOST = 8
# Objects of a class that are kept to be asked about.
KEPT = 3
OPPOSED = {"__lt__": ("__lt__", True), "__gt__": ("__gt__", True), "__ne__": ("__eq__", False)}
SCALARS = (int, float, str)


def claims(name, handle, other):
    """Whether the object says yes to a question of ours."""
    judge = line.JUDGE
    traces = judge.traces
    try:
        return line.request(name, handle, other) is True
    except Exception:
        if judge.tampered:
            raise
        return False
    finally:
        judge.traces = traces


def is_plain(value):
    if type(value) in (list, tuple, set, dict):
        return all(map(is_plain, [*value, *value.values()] if type(value) is dict else value))
    return type(value) in (*SCALARS, bool, type(None))


def other_text(text):
    draw = random.choice
    return "".join(
        draw("0123456789") if c.isdigit() else draw("bcdfghjklmnpqrstvwxz") if c.isalpha() else c for c in text
    )


def otherwise(value, turn):
    """Plain data of the same make and of other content: near at first, then farther away."""
    kind = type(value)
    if kind in (list, tuple, set):
        return kind(otherwise(each, turn) for each in value)
    if kind is dict:
        return {key: otherwise(each, turn) for key, each in value.items()}
    if kind is str:
        return other_text(value)
    if kind not in SCALARS:
        return value
    near = value + random.randint(1, 9)
    return (near, near, near, value * 10 + random.randint(1, 9), value // 10, near, -near, value * 0)[turn]


class Doubts:
    def __init__(self):
        self.asked, self.made, self.equal, self.kept = collections.Counter(), {}, {}, {}

    def note_made(self, kind, made, args, named):
        """Of each class a few objects, and what the first was made of."""
        if type(made) is not kind or not is_plain((*args, named)):
            return
        if kind not in self.made:
            self.made[kind] = made, copy.deepcopy((args, named))
        kept = self.kept.setdefault(kind, [])
        if len(kept) < KEPT and not any(made is each for each in kept):
            kept.append(made)

    def asked_among(self, first, second):
        """Whether two objects are equal, asked among the same question about others, in any order: one that becomes
        what it is first compared with cannot know which of them counts."""
        kind = type(second)
        others = [each for each in self.kept.get(kind, ()) if each is not first and each is not second]
        if first is second or self.asked[kind, "__eq__"] >= MOST:
            others = []
        self.asked[kind, "__eq__"] += 1
        place = random.randint(0, len(others))
        random.shuffle(others)
        for each in others[:place]:
            claims("__eq__", first, each)
        answer = line.request("__eq__", first, second)
        for each in others[place:]:
            claims("__eq__", first, each)
        return answer

    def note_equal(self, first, second):
        if first is not second and type(first) is type(second):
            self.equal.setdefault(type(first), first)

    def asked_twice(self, name, first, second):
        """The answer to a comparison; the opposite question is put too, in whatever order."""
        kind = type(first)
        ask = lambda: line.request(name, first, second)
        if name not in OPPOSED or first is second or type(second) is not kind or self.asked[kind, name] >= MOST:
            return ask()
        self.asked[kind, name] += 1
        opposite, turned = OPPOSED[name]
        pair = (second, first) if turned else (first, second)
        if random.random() < 0.5:
            answer, claim = ask(), claims(opposite, *pair)
        else:
            claim, answer = claims(opposite, *pair), ask()
        if answer is True and claim:
            line.JUDGE.tamper("its objects say yes to a comparison and to its opposite")
        return answer

    def settle(self):
        """At the end of tests that passed: an object that was equal to another is not so to all that differ in
        everything."""
        for kind, equal in self.equal.items():
            _, given = self.made.get(kind, (None, None))
            if given and otherwise(given, 0) != given and all(self.same(kind, equal, given, turn) for turn in range(8)):
                line.JUDGE.tamper("its objects equal all others of their class")

    def same(self, kind, equal, given, turn):
        try:
            args, named = otherwise(given, turn)
            decoy = line.request("__call__", kind, *args, **named)
        except Exception:
            if line.JUDGE.tampered:
                raise
            return False
        return is_handle(decoy) and decoy is not equal and claims("__eq__", equal, decoy)
