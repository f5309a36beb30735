"""Refusals: the three kinds, by the HTTP status that stands for them."""

STATE, RIGHT, WRONG = 409, 403, 422

#: The status and the sentence of each custom error; names in braces are the error's arguments.
Sentences = dict[str, tuple[int, str]]
