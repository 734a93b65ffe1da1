"""
Copies a live SQLite database, or puts a copy in its place. Runs as the user whose files these are.

  sqlite.py copy LIVE COPY
  sqlite.py put COPY LIVE
"""
import os
import shutil
import sqlite3
import sys

PATIENCE = 60  # seconds for which a writer may hold the database


def main(command, source, target):
    try:
        {"copy": copy, "put": put}[command](source, target)
    except (sqlite3.Error, OSError) as error:
        for path in (target, target + ".new"):
            if command == "copy" or path.endswith(".new"):
                if os.path.exists(path):
                    os.remove(path)
        sys.exit(f"{command} {source} to {target}: {error}")


def copy(live, target):
    """A consistent copy by SQLite's own backup: the database is read as of one moment, while its program goes on writing."""
    if not os.path.exists(live):
        raise OSError("there is no such file")
    source = sqlite3.connect(f"file:{live}?mode=ro", uri=True, timeout=PATIENCE)
    copied = sqlite3.connect(target)
    source.backup(copied)
    source.close()
    copied.close()
    check(target)
    print(f"copied {live}: {os.path.getsize(target)} bytes, whole")


def put(copied, live):
    """Replaces the database at once, or not at all; the former one stays beside it."""
    check(copied)
    if os.path.exists(live):
        refuse_if_used(live)
        shutil.copy2(live, live + ".before-restore")
    shutil.copyfile(copied, live + ".new")
    os.chmod(live + ".new", os.stat(live).st_mode & 0o777 if os.path.exists(live) else 0o640)
    with open(live + ".new", "rb") as file:
        os.fsync(file.fileno())
    # what SQLite would play back belongs to the former database
    for suffix in ("-journal", "-wal", "-shm"):
        if os.path.exists(live + suffix):
            os.remove(live + suffix)
    os.replace(live + ".new", live)
    print(f"restored {live}: {os.path.getsize(live)} bytes, whole; the former one is {live}.before-restore")


def check(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        found = database.execute("PRAGMA integrity_check").fetchone()[0]
    database.close()
    if found != "ok":
        raise sqlite3.DatabaseError(f"{path} is damaged: {found}")


def refuse_if_used(live):
    try:
        database = sqlite3.connect(live, timeout=1, isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        database.execute("ROLLBACK")
        database.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise OSError("it is in use: scale its program to 0 first") from None
        # one that is damaged is what a restore is for
    except sqlite3.DatabaseError:
        pass


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in ("copy", "put"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
