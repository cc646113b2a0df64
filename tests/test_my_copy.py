"""A reader's copy of the chapters: an update loses nothing that the reader wrote."""

import sys

import pytest
from notebooks import ROOT

sys.path.insert(0, str(ROOT / "tools"))
from my_copy import copy_chapters


@pytest.fixture
def book(tmp_path):
    """Two chapters of a book, and a folder for the reader."""
    chapters = tmp_path / "chapters"
    for name in ("1_background/a.ipynb", "4_code/b.ipynb"):
        (chapters / name).parent.mkdir(parents=True)
        (chapters / name).write_text("first edition")
    return chapters, tmp_path / "mine"


def test_the_first_run_copies_everything_and_the_second_nothing(book):
    chapters, mine = book
    assert [action for action, _ in copy_chapters(chapters, mine)] == ["new", "new"]
    assert (mine / "4_code/b.ipynb").read_text() == "first edition"
    assert copy_chapters(chapters, mine) == []


def test_an_untouched_chapter_is_updated(book):
    chapters, mine = book
    copy_chapters(chapters, mine)
    (chapters / "4_code/b.ipynb").write_text("second edition")
    assert copy_chapters(chapters, mine) == [("updated", "4_code/b.ipynb")]
    assert (mine / "4_code/b.ipynb").read_text() == "second edition"


def test_a_changed_chapter_is_kept_through_two_updates(book):
    chapters, mine = book
    copy_chapters(chapters, mine)
    (mine / "4_code/b.ipynb").write_text("my attempt")
    assert copy_chapters(chapters, mine) == []
    for edition in ("second", "third"):
        (chapters / "4_code/b.ipynb").write_text(f"{edition} edition")
        assert copy_chapters(chapters, mine) == [("kept yours", "4_code/b.ipynb")]
        assert (mine / "4_code/b.ipynb").read_text() == "my attempt"
        assert (mine / "4_code/b.new.ipynb").read_text() == f"{edition} edition"
        assert copy_chapters(chapters, mine) == []


def test_a_chapter_of_the_readers_own_with_the_name_of_a_new_one_is_kept(book):
    chapters, mine = book
    copy_chapters(chapters, mine)
    (chapters / "4_code/c.ipynb").write_text("a new chapter")
    (mine / "4_code/c.ipynb").write_text("my notes")
    assert copy_chapters(chapters, mine) == [("kept yours", "4_code/c.ipynb")]
    assert (mine / "4_code/c.ipynb").read_text() == "my notes"


def test_a_chapter_that_the_book_dropped_stays(book):
    chapters, mine = book
    copy_chapters(chapters, mine)
    (chapters / "4_code/b.ipynb").unlink()
    assert copy_chapters(chapters, mine) == []
    assert (mine / "4_code/b.ipynb").exists()


def test_the_folder_may_be_moved_or_its_record_lost(book):
    chapters, mine = book
    copy_chapters(chapters, mine)
    (mine / ".copied.json").unlink()
    (mine / "4_code/b.ipynb").write_text("my attempt")
    (chapters / "4_code/b.ipynb").write_text("second edition")
    assert copy_chapters(chapters, mine) == [("kept yours", "4_code/b.ipynb")]
    assert (mine / "4_code/b.ipynb").read_text() == "my attempt"
