"""Which file system a path lies on, by the kernel's own table."""

from __future__ import annotations

from pathlib import Path

import pytest

from neps_state import mounts
from neps_state.mounts import file_system_of, is_on_nfs, is_shared

TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:5 / /scratch rw - lustre mgs@o2ib:/scratch rw
24 22 0:6 / /scratch/team\\040a rw,nosuid shared:2 master:3 - nfs4 server:/a rw
25 22 0:7 / /scr rw - tmpfs none rw
"""


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(TABLE)
    monkeypatch.setattr(mounts, "_MOUNTS", path)
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ada/run", "ext4"),
        ("/scratch/run", "lustre"),
        ("/scratch", "lustre"),
        ("/scratch/team a/run", "nfs4"),
        ("/scratch/team ab/run", "lustre"),
        ("/scr/run", "tmpfs"),
        ("/", "ext4"),
    ],
)
def test_the_nearest_mount_above_a_path_tells(path: str, kind: str) -> None:
    assert file_system_of(Path(path)) == kind
    assert is_on_nfs(Path(path)) == (kind == "nfs4")
    assert is_shared(kind) == (kind in ("lustre", "nfs4"))


def test_where_there_is_no_table_nothing_is_told(table: Path) -> None:
    table.unlink()
    assert file_system_of(Path("/scratch/run")) == ""
    assert not is_on_nfs(Path("/scratch/run"))
