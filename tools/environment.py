"""Make or repair the virtual environment that `make` works in. Standard library only.

Usage: python environment.py VENV

The environment is ready when its stamp holds the fingerprint of requirements.txt and
pyproject.toml. Anything else (no environment, an interrupted installation, other
versions, another Python) is mended by the next run.
"""

from __future__ import print_function  # so that even Python 2 gets as far as the message

import hashlib
import os
import shutil
import subprocess
import sys

FIRST, LAST = (3, 11), (3, 13)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def stop(message):
    sys.exit("\n" + message + "\n")


def check_python():
    found = sys.version_info[:2]
    if not FIRST <= found <= LAST:
        stop(
            "This book needs Python %d.%d to %d.%d, but this is Python %d.%d (%s).\n"
            "Install one of those, then name it, for example:  make book PYTHON=python3.12"
            % (FIRST + LAST + found + (sys.executable,))
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "This Python has no venv module. On Debian and Ubuntu:\n"
            "    sudo apt install python3-venv"
        )


def fingerprint():
    digest = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    place = "%s, Python %d.%d" % ((ROOT,) + sys.version_info[:2])
    return place + "\n" + digest.hexdigest()


def run(*command):
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    return subprocess.call(command, env=environment)


def main():
    check_python()
    target = os.path.abspath(sys.argv[1])
    python = os.path.join(target, "Scripts" if os.name == "nt" else "bin", "python")
    stamp = os.path.join(target, "ready")
    wanted = fingerprint()
    found = ""
    if os.path.exists(stamp) and os.path.exists(python):
        with open(stamp) as file:
            found = file.read()
    if found == wanted:
        return
    if os.path.exists(target):
        print("The environment in %s is incomplete or out of date." % os.path.basename(target))
        if os.path.exists(stamp):
            os.remove(stamp)
        if not os.path.exists(os.path.join(target, "pyvenv.cfg")):
            if os.listdir(target):
                stop("%s is not a virtual environment. Move it away, then try again." % target)
    elsewhere = found and found.split("\n")[0] != wanted.split("\n")[0]  # moved, or another Python
    if elsewhere or not os.path.exists(python) or run(python, "-m", "pip", "--version"):
        print("[1/3] Making the environment in %s" % os.path.basename(target), flush=True)
        shutil.rmtree(target, ignore_errors=True)
        if run(sys.executable, "-m", "venv", target):
            stop("Python could not make a virtual environment in %s." % target)
    print(
        "[2/3] Installing the pinned packages (once; about 2 GB on disk, a few minutes)", flush=True
    )
    requirements = os.path.join(ROOT, "requirements.txt")
    if run(python, "-m", "pip", "install", "--progress-bar", "on", "-r", requirements):
        stop(
            "The installation did not finish. If the network was the reason, run the same\n"
            "command again: what was downloaded is kept. If a package has no version for\n"
            'this system, see the README, section "If something goes wrong".'
        )
    print("[3/3] Installing the library of the book", flush=True)
    if run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--editable", ROOT):
        stop("The library could not be installed; the message above says why.")
    with open(stamp, "w") as file:
        file.write(wanted)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Interrupted. The same command goes on where it stopped.")
