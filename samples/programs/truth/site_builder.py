"""A web site built from a folder: markup turned to HTML, templates, an index; pathlib, os.walk, shutil, fnmatch, zipfile."""
import fnmatch
import html
import os
import pathlib
import re
import shutil
import string
import tempfile
import zipfile

PAGE = string.Template("<html><title>$title</title><body>$menu$body</body></html>")


def write_sources(folder, depth=0):
    folder.mkdir(exist_ok=True)
    for number in range(4):
        text = f"# Page {number}\n\nSome *text* and `code`, see [page](p{number}.html).\n\n* one\n* two\n  * inner\n\nEnd.\n" * (number + 1)
        (folder / f"p{number}.txt").write_text(text)
    (folder / "style.css").write_text("body { color: black }\n" * 20)
    if depth < 2:
        for name in ("north", "south"):
            write_sources(folder / name, depth + 1)


INLINE = [(re.compile(r"\*(.+?)\*"), "b"), (re.compile(r"`(.+?)`"), "code")]


def inline(text):
    for pattern, tag in INLINE:
        text = pattern.sub(lambda match: f"<{tag}>{inline(match[1])}</{tag}>", text)
    return re.sub(r"\[(.+?)\]\((.+?)\)", link, text)


def link(match):
    return f'<a href="{html.escape(match[2])}">{inline(match[1])}</a>'


def blocks(text):
    for block in re.split(r"\n\n+", text.strip()):
        if block.startswith("#"):
            yield f"<h1>{inline(block.lstrip('# '))}</h1>"
        elif block.startswith("*"):
            yield items([(len(line) - len(line.lstrip()), line.strip("* ")) for line in block.splitlines()])
        else:
            yield f"<p>{inline(html.escape(block, quote=False))}</p>"


def items(lines, level=0):
    out = ""
    while lines and lines[0][0] >= level:
        indent, text = lines[0]
        out += items(lines, indent) if indent > level else f"<li>{inline(lines.pop(0)[1])}</li>"
    return f"<ul>{out}</ul>"


def menu(folder, root):
    entries = sorted(path for path in folder.iterdir() if path.suffix != ".css")
    return "<nav>" + "".join(f"<a>{path.relative_to(root).with_suffix('.html')}</a>" for path in entries) + "</nav>"


def build(source, target):
    pages = 0
    for where, _, names in os.walk(source):
        where = pathlib.Path(where)
        goal = target / where.relative_to(source)
        goal.mkdir(parents=True, exist_ok=True)
        for name in fnmatch.filter(names, "*.txt"):
            body = "\n".join(blocks((where / name).read_text()))
            text = PAGE.substitute(title=name, menu=menu(where, source), body=body)
            (goal / name).with_suffix(".html").write_text(text)
            pages += 1
        for name in fnmatch.filter(names, "*.css"):
            shutil.copy(where / name, goal)
    return pages


def pack(folder, file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder))
        return len(archive.namelist())


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        write_sources(folder / "source")
        print(build(folder / "source", folder / "site"), pack(folder / "site", folder / "site.zip"))
        shutil.rmtree(folder / "source")


main()
