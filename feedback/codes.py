"""The code of a conversation: random, easy to write down, and known to nobody but whoever holds it.

Eighty random bits as four groups of letters and digits that cannot be mistaken for one another (Crockford's base 32).
Only its image is kept: first in the sealed bag, after closing beside the words it belongs to.
"""

from hashlib import sha256
from secrets import choice

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # five bits each
GROUPS, GROUP = 4, 4
IMAGE = "common-thread feedback conversation 1:"
MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A code as it is shown, once."""
    return "-".join("".join(choice(LETTERS) for _letter in range(GROUP)) for _group in range(GROUPS))


def image_of(typed: str) -> str:
    """The image of a code however it was typed: small letters, other gaps, O for 0, I or L for 1.

    Empty for what cannot be a code.
    """
    code = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum()).translate(MEANT)
    if len(code) != GROUPS * GROUP or set(code) - set(LETTERS):
        return ""
    return sha256(f"{IMAGE}{code}".encode()).hexdigest()
