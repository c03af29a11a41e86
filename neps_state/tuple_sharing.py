"""Telling at a glance which pickles may hold tuples that nobody could ever hash.

A tuple of twice the same tuple, of twice the same again, is two to the power of sixty values in a
hundred bytes. As a key in a dict its reading never ends, in C, where nothing can stop it.
"""

from __future__ import annotations

import pickle
import re

_SHORT = 32
"""Bytes; longer texts are jumped over one by one: a pattern of all lengths takes long to make."""
_SHORT_TEXT = b"|".join(re.escape(bytes([n])) + b".{%d}" % n for n in range(_SHORT))
_PLAIN_VALUE = rb"(?:[N\x88\x89)]|K.|M..|J.{4}|G.{8}|[\x8cCU\x8a](?:" + _SHORT_TEXT + rb"))\x94?+"
_CANNOT_MULTIPLY = re.compile(
    rb"(?:h.|" + _PLAIN_VALUE + rb"\x86?+|\((?:" + _PLAIN_VALUE + rb")*+t"
    rb"|[\x94(ubes\x81\x93R}\]a\x85\x8f\x90\x91]|j.{4}|\x80.|\x95.{8})*+",
    re.DOTALL,
)
"""Instructions after which no tuple holds two others: it takes many that do to share without end.

They are what workers write; so this is fast, and only what a stranger may have made is read slowly.
"""
_CUT_OFF = b"\x80\x95\x8cCU\x8aKMJGhj"
"""Instructions that are not plain only where their argument is not all there; and nothing."""
_LENGTH_WIDTHS = {
    pickle.BINUNICODE: 4,
    pickle.BINBYTES: 4,
    pickle.SHORT_BINUNICODE: 1,
    pickle.SHORT_BINBYTES: 1,
    pickle.SHORT_BINSTRING: 1,
    pickle.LONG1: 1,
}
_MOST_MULTIPLYING = 12


def may_share_without_end(data: bytes, position: int) -> bool:
    """Whether the tuples of a pickle may hold more than anyone could hash.

    Args:
        data: Bytes.
        position: Where in them it starts.
    """
    multiplying = 0
    while multiplying <= _MOST_MULTIPLYING:
        position = _end_of_plain(data, position)
        code = data[position : position + 1]
        if code == pickle.STOP or code in _CUT_OFF:
            return False
        if code not in (pickle.TUPLE2, pickle.TUPLE3):
            return True
        multiplying += 1
        position += 1
    return True


def _end_of_plain(data: bytes, position: int) -> int:
    while True:
        found = _CANNOT_MULTIPLY.match(data, position)
        assert found is not None  # it matches even nothing
        position = found.end()
        width = _LENGTH_WIDTHS.get(data[position : position + 1])
        if width is None:
            return position
        stop = position + 1 + width
        position = stop + int.from_bytes(data[position + 1 : stop], "little")
