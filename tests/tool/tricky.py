"""Sources that are hard to blank, for the tests of the stubs."""

# Each with the names of its katas. What is promised of every stub is checked on all of them.
TRICKY = {
    "plain": ("def f(x):\n    return x\n", "f"),
    "no-newline-at-end": ("def f(x): return x", "f"),
    "one-line-with-docstring": ('def f(x): "Doc."; y = x; return y\n', "f"),
    "docstring-and-semicolon": ('def f(x):\n    """Doc."""; return x\n', "f"),
    "raw-docstring": ('def f(x):\n    r"""A \\d doc."""\n    return x\n', "f"),
    "docstring-in-two-parts": ('def f(x):\n    "One. " "Two."\n    return x\n', "f"),
    "docstring-only": ('def f(x):\n    """Doc."""\n', "f"),
    "f-string-is-no-docstring": ('def f(x):\n    f"""{x}"""\n    return x\n', "f"),
    "non-ascii": ('def f(x="é", y="→"):  # ünï\n    """Döc — ☃."""; return "é"\n', "f"),
    "tabs": ('def f(\n\tx,\n):\n\t"""Doc.\n\n\tMore.\n\t"""\n\treturn x\n', "f"),
    "two-spaces": ('def f(x):\n  """Doc."""\n  return x\n', "f"),
    "crlf": ('import torch\r\n\r\n\r\ndef f(x):\r\n    """Doc.\r\n    """\r\n    return x\r\n', "f"),
    "byte-order-mark": ("\ufeffdef f(x):\n    return x\n", "f"),
    "form-feed": ("x_ = 1\n\f\ndef f(x):\n    return x_\n", "f"),
    "backslashes": ("def f(x, \\\n      y=1): \\\n    return x + \\\n        y\n", "f"),
    "lambdas": ("def f(x=lambda a, b={1: 2}: {a: b}, y=[lambda: 0][0:1]):\n    return lambda: 0\n", "f"),
    "annotations": (
        'def f(x: "list[int]", *a: int, k: dict[str, int] = {}, **kw) -> "int":\n    return x\n',
        "f",
    ),
    "string-with-colon": ("def f(x=':', y='):\\n'):  # a: comment\n    return x\n", "f"),
    "comments-in-signature": (
        "def f(  # one\n    x,  # two\n    # three\n    y=1,\n):  # four\n    return x\n",
        "f",
    ),
    "comment-above-docstring": ('def f(x):\n    # why\n\n    """Doc."""\n    return x\n', "f"),
    "async": ('async def f(x):\n    """Doc."""\n    return x\n', "f"),
    "generator": ("def f(x):\n    yield from x\n", "f"),
    "nested": (
        "def f(x):\n    def g():\n        return x\n\n    return g\n\n\ndef g(x):\n    return x\n",
        "f",
        "g",
    ),
    "decorated": (
        "import functools\n\n\n@functools.lru_cache(\n    maxsize=3,  # few\n)\n# between\ndef f(x):\n    return x\n",
        "f",
    ),
    "overloads": (
        "from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\n"
        "def f(x: str) -> str: ...\ndef f(x):\n    return x\n",
        "f",
    ),
    "singledispatch": (
        "from functools import singledispatch\n\n\n@singledispatch\ndef f(x):\n    return 1\n\n\n"
        "@f.register\ndef _(x: int):\n    return 2\n\n\n@f.register(str)\ndef _text(x):\n    return 3\n",
        "f",
    ),
    "defaults-from-the-module": ("_A = 1\nB = 2\nC = 3\n\n\ndef f(x=_A, y=B):\n    return x + y + C\n", "f"),
    "class": (
        "import torch\nfrom torch import nn\n\n\nclass F(nn.Module):\n    '''Doc.'''\n\n    size: int = 3\n"
        "    _own = 4\n\n    def __init__(self):\n        super().__init__()\n\n    # how many\n"
        "    @property\n"
        "    def n(self) -> int:\n        '''Count.'''\n        return 1\n        # the end\n\n"
        "    @n.setter\n"
        "    def n(self, n): self._n = n\n\n    def _helper(self):\n        return 1\n\n    @staticmethod\n"
        "    def s(): return 1\n\n    @classmethod\n    async def c(cls): return 1\n\n"
        "    def __mangled(self): ...\n",
        "F",
    ),
    "comment-at-the-margin-in-a-class": (
        "class F:\n    def a(self): ...\n\n# at the margin\n    def b(self): ...\n",
        "F",
    ),
    "class-without-methods": ("class F:\n    '''Doc.'''\n", "F"),
    "class-on-one-line": ("class F: x = 1; y = 2\n", "F"),
    "class-of-private-methods": ("class F(list):\n    def _own(self):\n        return 1\n", "F"),
    "class-in-class": (
        "class F:\n    class G:\n        x = 1\n        def g(self): return 1\n    class _H: ...\n",
        "F",
    ),
    "class-that-needs-a-private-name": (
        "class F:\n    def _get(self):\n        return 1\n    value = property(_get)\n",
        "F",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n\n\n@dataclass\nclass F:\n    x: int = 0\n\n    def y(self): ...\n",
        "F",
    ),
    "class-with-base-of-its-own": (
        "class _Base:\n    def g(self):\n        return 1\n\n\nclass F(_Base):\n    def h(self): ...\n",
        "F",
    ),
    "type-checking": (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
        "    from collections.abc import Iterable, Sequence\n    import decimal\n\n\n"
        "def f(x: Sequence[int]) -> int:\n"
        "    y: Iterable = x\n    return y\n",
        "f",
    ),
    "everything-at-module-level": (
        "#!/usr/bin/env python\n'''Doc.'''\n\nimport math; import sys\n\n"
        "__all__ = ['f', 'g']\n__version__ = '1'\n\n"
        "def g(x): return math.pi\n\nassert g(1)\nfor i in range(2):\n    print(i)\n'loose words'\n\n"
        "def f(x): return g(x)\n\nif __name__ == '__main__':\n    f(1)\n# the end\n",
        "f",
    ),
    "try-import": (
        "try:\n    import zlib\nexcept ImportError:\n    zlib = None\n\n\ndef f(x: zlib):\n    return x\n",
        "f",
    ),
}
