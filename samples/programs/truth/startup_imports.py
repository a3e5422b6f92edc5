"""A small command whose time goes into importing the standard library."""
import argparse
import http.client
import sqlite3


def lazily(name):
    """Imports inside a function, as commands do that have many subcommands."""
    import importlib
    return importlib.import_module(name)


def report(modules):
    for name in modules:
        module = lazily(name)
        print(name, len(dir(module)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=["sched", "json", "cmd"])
    report(parser.parse_args().modules)
    print(http.client.responses[200], sqlite3.sqlite_version)


main()
