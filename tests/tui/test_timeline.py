"""The timeline: bars in lanes, the time in sight, the cursor over trials."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neps_state import MetaData, State, Trial
from neps_tui.workers.lane import Bar, Lane
from neps_tui.workers.lane_cursor import LaneCursor
from neps_tui.workers.lane_picture import LanePicture, Piece, worst_of
from neps_tui.workers.time_window import TimeWindow, Zoom, clock_ticks, clock_time
from neps_tui.workers.timeline_face import Present, TimelineLayout, draw_axis, draw_legend

NOON = 1_795_435_200.0
HOUR = 3600.0


@pytest.fixture(autouse=True)
def known_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def bar(
    start: float, end: float, state: State = State.SUCCESS, name: str = "too long a name"
) -> Bar:
    return Bar(start, end, name, state)


def picture(*bars: Bar, cells: int = 10, ascii: bool = False) -> LanePicture:
    """A lane in which half a cell is a second."""
    made = LanePicture(TimeWindow(0.0, 1.0, 2 * cells), ascii)
    made.add(bars)
    return made


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def drawn(*bars: Bar, idle: range = range(0), ascii: bool = False) -> str:
    return text(picture(*bars, ascii=ascii).pieces(idle)).rstrip()


def looks_at(pieces: list[Piece], cell: int) -> tuple[str, ...]:
    for piece in pieces:
        if cell < len(piece.text):
            return piece.looks
        cell -= len(piece.text)
    raise AssertionError("beyond the lane")


# --- bars ------------------------------------------------------------------------------------


def test_bars_are_drawn_to_half_a_cell() -> None:
    assert drawn(bar(0, 3.9)) == "██"
    assert drawn(bar(1, 4.5)) == "▐█▌"
    assert drawn(bar(2.2, 2.3)) == " ▌"


def test_bars_in_one_cell_keep_their_colours() -> None:
    pieces = picture(bar(0, 0.9), bar(1, 1.9, State.UNKNOWN)).pieces(range(0))
    # What is no success has its sign in the cell where it ended.
    assert text(pieces).rstrip() == "?"
    pieces = picture(bar(0, 0.9), bar(1, 4.9, State.CRASHED)).pieces(range(0))
    assert text(pieces).rstrip() == "▌█✘"
    assert looks_at(pieces, 0) == ("on-crashed", "success")


def test_bars_that_follow_at_once_can_be_told_apart() -> None:
    assert drawn(bar(0, 4), bar(4, 8)) == "█▌██▌"
    assert drawn(bar(0, 3.9), bar(4, 7.9)) == "█▌██"


def test_a_bar_too_short_for_it_leaves_no_gap() -> None:
    assert drawn(bar(0, 1.9), bar(2, 3.9)) == "██"


def test_a_crash_among_many_short_trials_is_seen() -> None:
    many = [bar(number / 100, number / 100 + 0.005, name=str(number)) for number in range(1000)]
    many[450] = many[450]._replace(state=State.CRASHED)
    assert drawn(*many) == "██▁██"
    pieces = picture(*many).pieces(range(0))
    assert looks_at(pieces, 2) == ("on-success", "crashed")
    assert all(looks_at(pieces, cell) == ("success",) for cell in (0, 1, 3, 4))


@pytest.mark.parametrize(
    ("failed", "drawing", "in_ascii"),
    [(0, "██", "=="), (1, "▁█", ":="), (4, "▄█", "%="), (7, "▇█", "%="), (8, "✘█", "X=")],
)
def test_a_cell_of_several_trials_shows_the_share_that_failed(
    failed: int, drawing: str, in_ascii: str
) -> None:
    bars = [
        bar(at / 4, at / 4 + 0.2, State.CRASHED if at < failed else State.SUCCESS)
        for at in range(16)
    ]
    assert drawn(*bars) == drawing
    assert drawn(*bars, ascii=True) == in_ascii
    # In the lines of a high lane without names too.
    assert text(picture(*bars).pieces(range(0), named=False)).rstrip() == drawing.replace("✘", "█")


def test_a_crash_colours_no_cell_but_the_one_it_is_counted_in() -> None:
    pieces = picture(
        *(bar(at / 4, at / 4 + 0.25) for at in range(7)),
        bar(1.75, 2.1, State.CRASHED),
        *(bar(at / 4, at / 4 + 0.2) for at in range(9, 16)),
    ).pieces(range(0))
    assert text(pieces).rstrip() == "█▁"
    assert looks_at(pieces, 0) == ("success",)


def test_the_worst_of_several_in_a_cell_is_shown() -> None:
    assert drawn(bar(0, 0.2, State.CORRUPTED), bar(0.4, 0.6, State.FAILED)) == "✖"
    assert worst_of([bar(0, 1), bar(1, 2, State.CRASHED), bar(2, 3)]) == bar(1, 2, State.CRASHED)
    assert worst_of([]) is None


def test_a_running_trial_ends_with_its_sign() -> None:
    assert drawn(bar(2, 7, State.EVALUATING)) == " ▒▒▶"


def test_a_running_trial_has_its_sign_and_its_name_where_it_goes_out_of_sight() -> None:
    assert drawn(bar(2, 99, State.EVALUATING, "7")) == " ▒7▒▒▒▒▒▒▶"
    made = picture(bar(4, 99, State.EVALUATING, "7"))
    made.choose(bar(4, 99, State.EVALUATING, "7"))
    assert text(made.pieces(range(0))) == "  █7█████▶"
    assert looks_at(made.pieces(range(0)), 9) == ("on-chosen",)


def test_a_running_trial_looks_like_no_success_without_colours_and_without_names() -> None:
    running = picture(bar(2, 7, State.EVALUATING)).pieces(range(0), named=False)
    assert text(running).rstrip() == " ▒▒▒"
    assert text(picture(bar(2, 7)).pieces(range(0), named=False)).rstrip() == " ███"


def test_where_the_worker_was_idle_there_is_a_line() -> None:
    assert drawn(bar(0, 2.9), bar(10, 11.9), idle=range(12)) == "█▌───█"


def test_bars_beyond_the_window_are_cut_off() -> None:
    assert drawn(bar(-5, 2.9), bar(17, 99)) == "█▌      ▐█"
    assert drawn(bar(-9, -3), bar(30, 40)) == ""
    # The end of it is not in sight, so its sign is not.
    assert drawn(bar(17, 99, State.CRASHED)) == "        ▐█"


def test_a_bar_with_room_for_it_has_its_name() -> None:
    assert drawn(bar(0, 15.9, name="4_rung_1")) == "████████"
    assert drawn(bar(0, 19.9, name="4_rung_1")) == "█4_rung_1█"
    hostile = bar(0, 19.9, name="\x1b[31m5\n")
    assert drawn(hostile) == "█5 ███████"


def test_of_a_name_that_others_cover_in_part_nothing_is_written() -> None:
    crash = bar(7, 9, State.CRASHED)
    assert "l" in drawn(bar(0, 19, name="long"))
    assert not set("long") & set(drawn(bar(0, 19, name="long"), crash))
    assert drawn(bar(0, 19, name="long"), bar(1, 19, name="other")).count("o") == 1


def test_the_chosen_bar_is_above_all_others_and_at_least_a_cell_wide() -> None:
    made = picture(bar(0, 9.9, State.CRASHED), bar(4.2, 4.3))
    made.choose(bar(4.2, 4.3))
    pieces = made.pieces(range(0))
    assert text(pieces).rstrip() == "████✘"
    assert looks_at(pieces, 2) == ("chosen",)
    made.choose(bar(0, 9.9, State.CRASHED))
    assert looks_at(made.pieces(range(0)), 4) == ("on-chosen",)


def test_a_copy_can_be_added_to_alone() -> None:
    made = picture(bar(0, 1.9))
    made.copy().add([bar(4, 9)])
    assert text(made.pieces(range(0))).rstrip() == "█"


def test_without_unicode_bars_and_states_can_be_told_apart_too() -> None:
    assert drawn(bar(0, 3.9), bar(4, 7.9), ascii=True) == "=|=="
    assert drawn(bar(0, 5, State.CRASHED), bar(8, 14, State.EVALUATING), ascii=True) == "==X --->"
    assert drawn(bar(0, 0.1), idle=range(6), ascii=True) == "=.."
    made = picture(bar(0, 5), ascii=True)
    made.choose(bar(0, 5))
    assert text(made.pieces(range(0))).rstrip() == "###"


spans = st.tuples(
    st.floats(-5, 25),
    st.floats(0, 9),
    st.sampled_from([each for each in State if each != "pending"]),
)


@given(st.lists(spans, max_size=30), st.booleans())
def test_no_trial_in_sight_is_ever_dropped(
    given_spans: list[tuple[float, float, State]], ascii: bool
) -> None:
    bars = sorted(
        Bar(start, start + length, str(number), state)
        for number, (start, length, state) in enumerate(given_spans)
    )
    line = text(picture(*bars, ascii=ascii).pieces(range(0)))
    assert len(line) == 10
    for each in bars:
        first, last = max(int(each.start // 2), 0), min(int(each.end // 2), 9)
        if each.end >= 0 and first <= 9:
            assert line[first : last + 1].strip()
        if each.state is State.CRASHED and 0 <= each.end < 20:
            assert line[int(each.end // 2)] in "✘X▁▂▃▄▅▆▇:%"


# --- the time in sight -----------------------------------------------------------------------


def test_the_whole_run_fills_the_window() -> None:
    for span in (0.3, 7.0, 100.0, 1e6):
        window = Zoom().window(NOON, NOON + span, 200)
        assert window.start == NOON
        assert NOON + span <= window.end + 1e-6 <= NOON + 1.03 * span


def test_the_window_stays_the_same_for_as_long_as_it_can() -> None:
    windows = {Zoom().window(NOON, NOON + HOUR + second, 200) for second in range(60)}
    assert len(windows) <= 2
    windows = {Zoom(span=200.0).window(NOON, NOON + HOUR + n / 10, 200) for n in range(10)}
    assert len(windows) <= 2


def test_zooming_keeps_the_time_where_it_is() -> None:
    last = NOON + 1000
    zoom = Zoom().zoomed(0.5, NOON + 500, NOON, last)
    assert zoom.edges(NOON, last) == (NOON + 250, NOON + 750)
    assert zoom.zoomed(2, NOON + 500, NOON, last) == Zoom()


def test_at_the_right_edge_the_window_follows_the_run() -> None:
    zoom = Zoom().zoomed(0.1, NOON + 1000, NOON, NOON + 1000)
    assert zoom.end is None
    assert zoom.edges(NOON, NOON + 1050) == (NOON + 950, NOON + 1050)
    paused = zoom.panned(-0.5, NOON, NOON + 1000)
    assert paused.edges(NOON, NOON + 9999) == (NOON + 850, NOON + 950)
    assert paused.panned(99, NOON, NOON + 1000).end is None


def test_panning_stops_where_the_run_began() -> None:
    zoom = Zoom(span=100.0).panned(-99, NOON, NOON + 1000)
    assert zoom.edges(NOON, NOON + 1000) == (NOON, NOON + 100)


def test_one_cannot_zoom_in_for_ever() -> None:
    zoom = Zoom()
    for _ in range(200):
        zoom = zoom.zoomed(0.5, NOON, NOON, NOON + 1000)
    assert zoom.span == pytest.approx(0.01)
    assert zoom.window(NOON, NOON + 1000, 100).step > 0


def test_a_trial_out_of_sight_is_brought_into_it() -> None:
    first, last = NOON, NOON + 1000
    zoom = Zoom(span=100.0)
    for start, end in ((NOON + 5, NOON + 8), (NOON + 400, NOON + 460), (NOON, NOON + 1)):
        zoom = zoom.revealing(start, end, first, last)
        left, right = zoom.edges(first, last)
        assert left <= start < end <= right
    assert zoom.revealing(NOON + 1, NOON + 2, first, last) == zoom


@pytest.mark.parametrize("span", [0.004, 0.3, 7, 90, 4000, 3 * HOUR, 90 * HOUR, 1e7])
@pytest.mark.parametrize("cells", [20, 78, 158])
def test_ticks_are_round_and_have_room(span: float, cells: int) -> None:
    ticks = clock_ticks(NOON, NOON + span, cells)
    assert [tick.time for tick in ticks] == sorted({tick.time for tick in ticks})
    assert all(NOON <= tick.time <= NOON + span for tick in ticks)
    assert sum(len(tick.label) + 2 for tick in ticks) <= cells + 12
    if cells > 50:
        assert ticks


def test_ticks_say_the_time_on_the_clock_and_the_date_at_midnight() -> None:
    labels = [tick.label for tick in clock_ticks(NOON, NOON + HOUR, 50)]
    assert labels == ["12:00", "12:10", "12:20", "12:30", "12:40", "12:50", "13:00"]
    labels = [tick.label for tick in clock_ticks(NOON, NOON + 18 * HOUR, 40)]
    assert labels == ["12:00", "18:00", "24 Nov", "06:00"]
    labels = [tick.label for tick in clock_ticks(NOON, NOON + 0.3, 60)]
    assert labels == ["12:00:00.0", "12:00:00.1", "12:00:00.2"]


def test_a_time_is_as_exact_as_it_matters() -> None:
    assert clock_time(NOON + 1.25, 3000) == "23 Nov 12:00:01"
    assert clock_time(NOON + 1.25, 20) == "23 Nov 12:00:01.2"
    assert clock_time(NOON + 1.25, 0.5) == "23 Nov 12:00:01.250"


def test_the_axis_says_where_now_is() -> None:
    layout = TimelineLayout.fitting(82, 24, 4, [10, 5])
    window = TimeWindow(NOON, 1.0, 2 * layout.width)
    now = Present(NOON + 2 * layout.width - 1)
    axis = text(draw_axis(window, layout, now, ascii=True))
    assert axis.startswith(" |12:00:00")
    assert axis.endswith("now|")
    assert len(axis) == layout.left + layout.width
    assert "now" not in text(draw_axis(window, layout, Present(NOON + 9999), ascii=True))


def test_the_axis_says_how_far_off_now_is_where_trials_go_on_until_then() -> None:
    layout = TimelineLayout.fitting(82, 24, 4, [10, 5])
    window = TimeWindow(NOON, 1.0, 2 * layout.width)
    present = Present(window.end + 2 * 86_400, goes_on=True)
    pieces = draw_axis(window, layout, present, ascii=False)
    assert text(pieces).endswith("  2 d to now →")
    assert len(text(pieces)) == layout.left + layout.width
    assert text(draw_axis(window, layout, present, ascii=True)).endswith("  2 d to now ->")


def test_the_axis_never_calls_a_moment_of_the_past_now() -> None:
    layout = TimelineLayout.fitting(82, 24, 4, [10, 5])
    window = TimeWindow(NOON, 1.0, 2 * layout.width)
    pieces = draw_axis(window, layout, Present(NOON + 30, is_past=True), ascii=False)
    assert Piece("╵past 23 Nov 12:00:30", ("past",)) in pieces
    pieces = draw_axis(window, layout, Present(window.end - 1, is_past=True), ascii=False)
    assert text(pieces).endswith("past 23 Nov 12:02:39╵")
    far = Present(window.end + 3600, is_past=True, goes_on=True)
    assert "1 h to past 23 Nov 13:02:40" in text(draw_axis(window, layout, far, ascii=False))


@pytest.mark.parametrize("ascii", [False, True])
def test_a_legend_says_what_bars_and_signs_stand_for(ascii: bool) -> None:
    wide = draw_legend(TimelineLayout.fitting(160, 48, 1, [10, 5]), ascii)
    assert text(wide).split()[:4] == [
        "=" if ascii else "█",
        "success",
        *wide[3].text.split(),
        "evaluating",
    ]
    assert text(wide).rstrip().endswith("chosen")
    assert text(wide).isascii() == ascii
    narrow = text(draw_legend(TimelineLayout.fitting(40, 24, 1, [10, 5]), ascii)).rstrip()
    assert len(narrow) <= 40
    assert narrow.endswith("crashed")


# --- layout ----------------------------------------------------------------------------------


def test_few_workers_have_high_lanes_below_their_rows() -> None:
    layout = TimelineLayout.fitting(160, 40, 4, [10, 10, 20])
    assert (layout.lines, layout.lane, layout.named) == (5, range(1, 4), 2)
    assert layout.width == 158


def test_many_workers_have_lanes_beside_their_rows_in_a_wide_terminal() -> None:
    layout = TimelineLayout.fitting(160, 40, 300, [10, 10, 20])
    assert (layout.lines, layout.lane) == (1, range(1))
    assert layout.left + layout.width < 160
    assert layout.rest == 0
    narrow = TimelineLayout.fitting(80, 24, 300, [10, 10, 20])
    assert (narrow.lines, narrow.lane) == (2, range(1, 2))


def test_columns_without_room_are_left_out_whole() -> None:
    layout = TimelineLayout.fitting(80, 24, 3, [40, 30, 20, 20])
    assert (layout.columns, layout.rest) == (2, 0)
    layout = TimelineLayout.fitting(80, 24, 3, [40, 10, 90])
    assert (layout.columns, layout.rest) == (2, 28)


def test_the_legend_has_a_line_in_a_high_terminal_and_elsewhere_what_workers_leave() -> None:
    high = TimelineLayout.fitting(160, 40, 300, [10, 10, 20])
    assert high.axis(300) == 38
    low = TimelineLayout.fitting(80, 14, 300, [10, 10, 20])
    assert low.axis(300) == 13
    for workers in (1, 2, 5):
        height = TimelineLayout.greatest_height(workers)
        layout = TimelineLayout.fitting(160, height, workers, [10, 10, 20])
        assert layout.lines == TimelineLayout.fitting(160, 99, workers, [10, 10, 20]).lines
        assert layout.axis(workers) + 1 < height


SPANS = st.lists(
    st.tuples(
        st.integers(0, 60), st.integers(0, 40), st.sampled_from([State.SUCCESS, State.CRASHED])
    ),
    max_size=30,
)


@given(SPANS, st.integers(0, 60), st.integers(1, 30))
def test_what_is_out_of_sight_changes_nothing_of_the_picture(
    spans: list[tuple[int, int, State]], start: int, cells: int
) -> None:
    lane = Lane(
        Trial(
            {},
            MetaData(
                str(at), "", state, None, None, "w", 0.0, "w", None, None, first, first + took
            ),
            None,
        )
        for at, (first, took, state) in enumerate(spans)
    )
    window = TimeWindow(float(start), 0.5, 2 * cells)
    whole, part = LanePicture(window, False), LanePicture(window, False)
    whole.add(lane.bars)
    part.add(lane.ended_between(window.start, window.end))
    assert part.pieces(range(0)) == whole.pieces(range(0))


# --- the cursor ------------------------------------------------------------------------------


def lane_of(*starts: float) -> Lane:
    """A lane of trials of a second each, named by their starts."""
    trials = []
    for start in starts:
        metadata = MetaData(
            f"{start:g}", "", State.SUCCESS, None, None, "w", 0.0, "w", 1.0, None, start, start + 1
        )
        trials.append(Trial({}, metadata, None))
    return Lane(trials)


def chosen(cursor: LaneCursor, lane: Lane) -> str | None:
    found = cursor.bar(lane)
    return None if found is None else found.trial_id


def test_the_cursor_follows_the_latest_trial_until_one_is_chosen() -> None:
    cursor = LaneCursor()
    assert chosen(cursor, lane_of(0, 2)) == "2"
    assert chosen(cursor, lane_of(0, 2, 4)) == "4"
    cursor.step(lane_of(0, 2, 4), -1)
    assert chosen(cursor, lane_of(0, 2, 4, 6)) == "2"
    cursor.step(lane_of(0, 2, 4), -9)
    assert chosen(cursor, lane_of(0, 2, 4)) == "0"
    cursor.step(lane_of(0, 2, 4), 9)
    assert cursor.follows_latest
    assert chosen(cursor, lane_of(0, 2, 4, 6)) == "6"


def test_the_cursor_stays_on_its_worker_when_others_come() -> None:
    cursor = LaneCursor()
    assert cursor.row(["b"]) == 0
    assert cursor.worker == "b"
    assert cursor.row(["a", "b"]) == 1
    cursor.to_row(9, ["a", "b"])
    assert cursor.worker == "b"
    assert cursor.row(["a"]) == 0
    assert cursor.worker == "a"
    assert cursor.row([]) == 0
    assert cursor.worker is None


def test_in_another_lane_the_cursor_is_on_the_trial_nearest_in_time() -> None:
    cursor = LaneCursor()
    cursor.row(["a", "b"])
    cursor.to_bar(lane_of(10).bars[0])
    cursor.to_row(1, ["a", "b"])
    assert chosen(cursor, lane_of(0, 9, 12)) == "9"
    assert chosen(cursor, lane_of(0, 11.5)) == "11.5"
    assert chosen(cursor, lane_of()) is None
    cursor.to_row(0, ["a", "b"])
    assert chosen(cursor, lane_of(0, 10, 20)) == "10"


def test_a_chosen_trial_that_goes_leaves_the_cursor_near() -> None:
    cursor = LaneCursor()
    cursor.to_bar(lane_of(10).bars[0])
    assert chosen(cursor, lane_of(0, 8, 20)) == "8"
    cursor.step(lane_of(), 1)
    assert chosen(cursor, lane_of()) is None
