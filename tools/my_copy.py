"""Copy the chapters to a folder of your own, to work in. Run it again after an update.

    make my-copy

A chapter that you have not changed is replaced by the new one. A chapter that you have
changed is never touched: the new version is put beside it, as NAME.new.ipynb. A chapter
that the book no longer has stays where it is.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ".copied.json"  # chapter -> digest of what was copied last


def digest(path):
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copy_chapters(chapters, mine):
    """Bring ``mine`` up to date; return a list of (what was done, chapter)."""
    mine.mkdir(parents=True, exist_ok=True)
    record = mine / RECORD
    copied = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    done = []
    for source in sorted(chapters.rglob("*.ipynb")):
        name = source.relative_to(chapters).as_posix()
        if ".ipynb_checkpoints" in name:
            continue
        target = mine / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            action = "new"
        elif digest(target) == digest(source):
            copied[name] = digest(source)
            continue
        elif digest(target) == copied.get(name):
            action = "updated"
        elif digest(source) == copied.get(name):
            continue  # you have changed it, the book has not
        else:
            action, target = "kept yours", target.with_suffix(".new.ipynb")
        shutil.copyfile(source, target)
        copied[name] = digest(source)
        done.append((action, name))
        record.write_text(json.dumps(copied, indent=1), encoding="utf-8")
    record.write_text(json.dumps(copied, indent=1), encoding="utf-8")
    return done


def main():
    """Copy to my-copy/, or to the folder that is named."""
    mine = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "my-copy"
    done = copy_chapters(ROOT / "chapters", mine)
    for action, name in done:
        beside = f" (the new one is {Path(name).stem}.new.ipynb)" if action == "kept yours" else ""
        print(f"{action:12}{name}{beside}")
    print(f"Done: {len(done)} of your chapters changed. They are in {mine.name}/.")


if __name__ == "__main__":
    main()
