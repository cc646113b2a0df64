"""What the site needs beyond its theme, in one small Sphinx extension."""


def drop_repeated_scripts(app, page, template, context, doctree):
    """Keep one copy of each inline script; the theme adds sphinx-thebe's a second time."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body")
        if body is None or body not in seen:
            kept.append(script)
        seen.add(body)
    context["script_files"] = kept


def setup(app):
    """Register with Sphinx."""
    # The theme reports on itself in the console; a page has nothing to say there but errors
    app.add_js_file(None, body="console.log = () => {};", priority=0)
    app.connect("html-page-context", drop_repeated_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
