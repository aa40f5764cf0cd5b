"""The one error that a user of the tool can cause."""


class KataError(Exception):
    """Something the user can mend: what is wrong, and a hint with the next thing to do.

    Args:
        message: one sentence that says what is wrong, and where.
        hint: what to do or type next; empty when the message says it already.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message
