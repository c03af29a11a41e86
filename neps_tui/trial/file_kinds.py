"""What a file is that holds no text, as far as its first bytes and its name tell."""

from __future__ import annotations

from pathlib import PurePath

HEAD = 4096
"""Bytes of a file that its kind is told by."""

_BY_NAME = {
    **dict.fromkeys((".pt", ".pth", ".ckpt", ".bin"), "a checkpoint"),
    ".safetensors": "weights in safetensors",
    ".onnx": "a model in ONNX",
    ".npz": "NumPy arrays",
    ".parquet": "a table in Parquet",
}
_BY_HEAD = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n", "data in HDF5"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a table in Parquet"),
    *((b"\x80" + bytes([protocol]), "a pickle") for protocol in range(2, 6)),
    (b"PK\x03\x04", "a zip archive"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


def kind_of_binary(name: str, head: bytes) -> str | None:
    """What a file is, if it is no text to read.

    Args:
        name: The file's name.
        head: Its first bytes, `HEAD` of them if there are as many.

    Returns:
        Its kind in words; None if it may be text.
    """
    known = next((kind for sign, kind in _BY_HEAD if head.startswith(sign)), None)
    if known is None and b"\x00" not in head:
        return None
    if ".tfevents." in name:
        return "events for TensorBoard"
    by_name = _BY_NAME.get(PurePath(name).suffix.lower())
    if known is None and not head.strip(b"\x00"):
        # A log that was emptied under a writer that goes on begins with a hole.
        return by_name
    return by_name or known or "a binary file"
