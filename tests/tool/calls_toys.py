"""What test_calls.py calls: an error must come from another file than the spec."""


def fails(*args, **kwargs):
    raise ValueError("no")


def probe(function, *args, **kwargs):
    return function(*args, **kwargs)


def gradient(function, *args, wrt=0, **kwargs):
    return function(*args, **kwargs)


class Model:
    __call__ = __len__ = __getitem__ = fails
