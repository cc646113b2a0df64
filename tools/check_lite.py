"""The book's library inside a browser, without a network: `make lite-test`. It needs Chromium.

JupyterLite takes Pyodide from its server; here an older Pyodide and a NumPy of the same age
come from npm (8 MB, once). The wheels are those that `make lite` put into the site.
"""

import base64
import hashlib
import http.server
import re
import shutil
import subprocess
import tarfile
import threading
import zipfile
from functools import partial

import pytest
from check_site import QUIET, Handler, browser  # noqa: F401  (a fixture)
from lite import ROOT, SITE

CACHE = ROOT / "_build" / "pyodide"
PYODIDE = "pyodide@0.25.1"
NUMPY = "@emscripten-forge/numpy@2.1.1-py311hc8e14bb-0"
NUMPY_WHEEL = "numpy-2.1.1-cp311-cp311-emscripten_3_1_46_wasm32.whl"
PAGE = "<!doctype html><title>test</title><script src='pyodide/pyodide.js'></script>"
# A neuron on clouds of points, two passes; then an exercise: right, not attempted, wrong
PROGRAM = """
import io, contextlib
import numpy as np
from scratch import Input, Sequential, datasets, layers
from exercises import check

rng = np.random.default_rng(0)
y = rng.integers(0, 2, 200)
x = rng.normal(size=(200, 2)) + 4.0 * y[:, np.newaxis]
model = Sequential([Input((2,)), layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y[:, np.newaxis], epochs=2, batch_size=10, verbose=0).history

def right(grad_a, a):
    return grad_a * a * (1 - a)

def wrong(grad_a, a):
    return 1 / 0

said = io.StringIO()
with contextlib.redirect_stdout(said):
    check("backprop-sigmoid", right)
    check("backprop-sigmoid", lambda grad_a, a: None)
    check("backprop-sigmoid", wrong)
(x_train, y_train), _ = datasets.load_mnist()
{
    "losses": [float(loss) for loss in history["loss"]],
    "said": said.getvalue(),
    "digits": list(x_train.shape),
    "numpy": np.__version__,
}
"""


def fetch(name):
    """Return the file of a package of npm, from the cache if it is there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / (re.sub(r"[@/]", "-", name).strip("-") + ".tgz")
    if not file.exists():
        if shutil.which("npm") is None:
            pytest.exit("lite-test needs npm once, to fetch Pyodide: install Node.js", 2)
        command = ["npm", "pack", "--silent", "--pack-destination", CACHE, name]
        packed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        (CACHE / packed.splitlines()[-1]).replace(file)
    return file


def numpy_wheel(folder):
    """Pack the NumPy of a conda package as a wheel; return its file name."""
    with tarfile.open(fetch(NUMPY)) as outer:
        inner = next(member for member in outer if member.name.endswith(".tar.gz"))
        prefix = "lib/python3.11/site-packages/"
        record = "numpy-2.1.1.dist-info/RECORD"
        lines = []
        with (
            tarfile.open(fileobj=outer.extractfile(inner)) as content,
            zipfile.ZipFile(folder / NUMPY_WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel,
        ):
            for member in content:
                name = member.name.removeprefix(prefix)
                if not member.isfile() or name == member.name or name == record:
                    continue
                if "/tests/" in name or name.endswith((".pyc", ".a")):
                    continue
                data = content.extractfile(member).read()
                wheel.writestr(name, data)
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode()
                lines.append(f"{name},sha256={digest.rstrip('=')},{len(data)}")
            wheel.writestr(record, "\n".join([*lines, f"{record},,"]) + "\n")
    return NUMPY_WHEEL


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Serve Pyodide, NumPy and the site's wheels on loopback; return the address."""
    assert (SITE / "lite").exists(), "there is no JupyterLite yet: run `make lite` first"
    folder = tmp_path_factory.mktemp("served")
    with tarfile.open(fetch(PYODIDE)) as package:
        package.extractall(folder, filter="data")
    (folder / "package").rename(folder / "pyodide")
    numpy_wheel(folder)
    shutil.copytree(SITE / "lite" / "pypi", folder / "pypi")
    (folder / "index.html").write_text(PAGE)
    handler = partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_library_trains_and_checks_inside_the_browser(browser, address):  # noqa: F811
    page = browser.new_page()
    asked = []

    def only_here(route):
        asked.append(route.request.url)
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", only_here)
    page.goto(address)
    wheels = [NUMPY_WHEEL, *(f"pypi/{path.name}" for path in (SITE / "lite/pypi").glob("*.whl"))]
    found = page.evaluate(
        """async ([wheels, program]) => {
            const pyodide = await loadPyodide();
            await pyodide.loadPackage(wheels.map((wheel) => new URL(wheel, location).href));
            const result = await pyodide.runPythonAsync(program);
            return result.toJs({ dict_converter: Object.fromEntries });
        }""",
        [wheels, PROGRAM],
    )
    page.close()
    assert [url for url in asked if not url.startswith(address)] == []
    assert found["numpy"] == "2.1.1"
    assert found["digits"] == [60000, 28, 28]
    assert found["losses"][1] < found["losses"][0]
    lines = found["said"].splitlines()
    assert lines[0].startswith("Correct: backprop-sigmoid")
    assert lines[1].startswith("Not attempted yet")
    assert lines[2].startswith("Your function raised ZeroDivisionError in line")
    print(f"losses {found['losses']}")
