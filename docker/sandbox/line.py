"""The tests' only way to the submission's process: the conversation that `standins.Judge` holds."""

JUDGE = None


def request(name, /, *args, **named):
    """Has the submission's process do something with objects of its own. Raises what that raised."""
    return JUDGE.request(name, *args, **named)


def text(name, *args):
    """As `request`, for what has to be a text."""
    answer = JUDGE.request(name, *args)
    if type(answer) is not str:
        raise TypeError("%s returned no text" % name)
    return answer
