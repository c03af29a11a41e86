"""Which file system a path lies on, and what that means for whoever looks at it."""

from __future__ import annotations

from pathlib import Path

_NETWORK = frozenset(
    [
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "9p", "ceph", "fuse.ceph", "lustre"),
        *("gpfs", "beegfs", "glusterfs", "fuse.glusterfs", "fuse.sshfs", "pvfs2", "orangefs"),
        *("panfs", "wekafs", "fuse.juicefs", "virtiofs"),
    ]
)
_NFS = frozenset({"nfs", "nfs4"})
_MOUNTS = Path("/proc/self/mountinfo")


def file_system_of(path: Path) -> str:
    """The kind of file system that a path lies on, as `ext4`, `nfs4` or `lustre`.

    Returns:
        Nothing where there is no mount table to ask.
    """
    if not _MOUNTS.exists():
        return ""
    target = str(path.resolve()).rstrip("/") + "/"
    best_length, best_kind = -1, ""
    for line in _MOUNTS.read_text(errors="replace").splitlines():
        fields = line.split(" ")
        mount_point = fields[4].encode().decode("unicode_escape").rstrip("/") + "/"
        if target.startswith(mount_point) and len(mount_point) >= best_length:
            best_length, best_kind = len(mount_point), fields[fields.index("-") + 1]
    return best_kind


def is_on_nfs(path: Path) -> bool:
    """Whether `path` lies on NFS, which answers `flock` with record locks."""
    return file_system_of(path) in _NFS


def is_shared(kind: str) -> bool:
    """Whether on a file system of this kind other hosts write, of which no file event tells."""
    return kind in _NETWORK
