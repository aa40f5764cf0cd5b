"""The names of the universal impostors; what each does is in `kata.verify.impostors`, which needs torch."""

IMPOSTORS = (
    "none", "input", "overwritten", "zeros", "nan", "empty", "dtype", "device", "axis", "detached", "subclass",
)  # fmt: skip
