"""What is put in the place of what: operators, and PyTorch's functions that learners take for one another."""

import ast

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}

ORDERED = (ast.Sub, ast.Div, ast.MatMult)  # operators for which the order of the operands counts
# The whole number to the right of which the next lower one does nothing: x - 1 becomes x - 0, x * 2 becomes x * 1.
NEUTRAL_NEIGHBOURS = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.FloorDiv: 2, ast.Pow: 2}

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

_PAIRS = (
    ("mean", "sum"), ("amax", "amin"), ("max", "min"), ("argmax", "argmin"), ("all", "any"), ("zeros", "ones"),
    ("zeros_like", "ones_like"), ("stack", "cat"), ("floor", "ceil"), ("no_grad", "enable_grad"), ("eval", "train"),
    ("rand", "randn"), ("cumsum", "cumprod"), ("hstack", "vstack"), ("unsqueeze", "squeeze"), ("append", "extend"),
)  # fmt: skip
FUNCTIONS: dict[str, tuple[str, ...]] = {
    **{one: (other,) for one, other in _PAIRS},
    **{other: (one,) for one, other in _PAIRS},
    "std": ("var",),
    "inference_mode": ("enable_grad",),
    "tensor_split": ("chunk",),
    "repeat_interleave": ("repeat",),
    "linspace": ("arange",),
    "round": ("floor",),
    "permute": ("reshape",),
    "transpose": ("reshape",),
    "as_tensor": ("Tensor",),
    "tensor": ("Tensor",),
    "log_softmax": ("softmax",),
    "cross_entropy": ("nll_loss",),
    "all_reduce": ("broadcast",),
}

# Python's own functions, called without a dot.
BUILTINS = {
    "all": ("any",),
    "any": ("all",),
    "max": ("min",),
    "min": ("max",),
    "round": ("int",),
    "sorted": ("list",),
    "sum": ("max",),
}

VALUES = {
    "float64": ("float32",),
    "float32": ("float64",),
    "int64": ("int32",),
    "int32": ("int64",),
    "uint8": ("int16",),
    "bool": ("uint8",),
}

VIEWS = frozenset({"T", "mT", "H", "mH", "data", "real"})  # attributes that give a tensor from a tensor

# Arguments that change nothing here: a check that holds anyway, what differs on other systems only.
NEUTRAL = frozenset({"strict", "encoding"})
COMMUTATIVE = frozenset({"mul", "multiply", "add", "maximum", "minimum", "logaddexp", "equal", "eq", "min", "max"})
TYPES = frozenset({"list", "tuple", "dict", "set", "frozenset", "type"})  # list[int] is no element of list
NOT_RUN = frozenset({"cast", "typing.cast"})
