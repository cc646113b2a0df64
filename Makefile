# `make book` builds the site, `make test` tests everything. Both work on a fresh clone.

# The first Python on the PATH that the book supports, or python3, which then says what is wrong
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
# One BLAS thread a process: processes side by side share the cores better than threads do
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

.PHONY: help environment book serve my-copy test site-test screenshots lite lite-test pdf epub notebooks lint lock benchmarks clean

help:
	@echo "make book        build the site in _build/html"
	@echo "make test        run every test: the library, every output of every chapter, the site"
	@echo "make site-test   open every page in Chromium: accessibility, console, requests, formulas"
	@echo "make lite        add JupyterLite to the site: the NumPy chapters run inside the browser"
	@echo "make lite-test   train and check inside Chromium, without a network"
	@echo "make screenshots  photograph the cover and a chapter for the README"
	@echo "make pdf         build the book as one PDF (needs LaTeX; says what is missing)"
	@echo "make epub        build the book as one EPUB, for e-readers"
	@echo "make serve       show the site on http://localhost:8000"
	@echo "make my-copy     copy the chapters to my-copy/, to work in; again: update, yours is kept"
	@echo "make notebooks   execute every chapter again (or: make notebooks CHAPTER=path.ipynb)"
	@echo "make lint        check style and spelling"
	@echo "make benchmarks  measure speed and the full MNIST run (a quarter of an hour, by hand)"
	@echo "make lock        choose the pinned versions again"
	@echo "make clean       remove what was built; the environment stays"

environment:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 to 3.13."; exit 1; }
	@$(PYTHON) tools/environment.py $(VENV)

book: environment
	@echo "Building the site"
	@$(BIN)/jupyter-book build . -W -n --keep-going
	@echo
	@echo "Done. Open _build/html/index.html in a browser, or run: make serve"

serve: book
	@echo "The book is at http://localhost:8000 (Ctrl-C stops it)"
	@$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

test: book
	@echo "Testing the library, the exercises and the site"
	@$(ONE_THREAD) $(BIN)/python -m pytest code tests --doctest-modules -n 2 --dist loadfile
	@echo "Running every chapter and comparing every output, exactly"
	@$(ONE_THREAD) $(BIN)/python -m pytest chapters --nbval -n 2 --dist loadfile
	@echo
	@echo "Done. Every test passed and every output of every chapter came out the same."

site-test: book
	@$(BIN)/pip install --quiet -e '.[site]'
	@$(BIN)/python -m pytest tools/check_site.py -n 2

lite: book
	@$(BIN)/pip install --quiet -e '.[lite]'
	@echo "Building JupyterLite"
	@$(BIN)/python tools/lite.py

lite-test: lite
	@$(BIN)/pip install --quiet -e '.[site]'
	@$(BIN)/python -m pytest tools/check_lite.py

screenshots: book
	@$(BIN)/pip install --quiet -e '.[site]'
	@$(BIN)/python tools/screenshots.py

pdf epub: environment
	@$(BIN)/pip install --quiet -e '.[paper]'
	@$(BIN)/python tools/paper.py $@

my-copy:
	@$(PYTHON) tools/my_copy.py

notebooks: environment
	@$(ONE_THREAD) $(BIN)/python tools/notebooks.py $(CHAPTER)

lint: environment
	@$(BIN)/ruff check . && $(BIN)/ruff format --check code tests tools benchmarks book && $(BIN)/codespell

benchmarks: environment
	@$(BIN)/pip install --quiet -e '.[benchmark]'
	@$(BIN)/python benchmarks/run.py

lock:
	@uv pip compile pyproject.toml --extra book --extra test --universal --python-version 3.11 \
	  --no-annotate --no-header -o requirements.txt
	@printf '%s\n' "# Exact versions of everything, for Linux, macOS and Windows and Python 3.11 to 3.13." \
	  "# The ranges are in pyproject.toml; \`make lock\` writes this file again." \
	  | cat - requirements.txt > requirements.new && mv requirements.new requirements.txt
	@cp requirements.txt binder/requirements.txt # flat there, else Binder cannot keep the layer

clean:
	@rm -rf _build .pytest_cache .ruff_cache .hypothesis

# No such target: say so, and what there is
.DEFAULT:
	@echo "There is no target '$@'. There are:"; echo; $(MAKE) --no-print-directory help; exit 2
