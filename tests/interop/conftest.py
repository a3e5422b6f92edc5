import functools

import pytest

import clients
import lib


@pytest.fixture(scope="session")
def outputs(tmp_path_factory):
    """outputs(to, options) -> {sample's name: file}: all samples in that format, made once."""
    suffix = {"speedscope": ".speedscope.json", "flamegraph": ".svg"}

    @functools.lru_cache(None)
    def made(to, *options):
        folder = tmp_path_factory.mktemp(to)
        files = {}
        for sample in lib.samples():
            target = folder / (sample.name.replace("/", "-") + suffix.get(to, "." + to))
            if clients.convert(sample.path, to, target, *options):
                files[sample.name] = target
        assert len(files) > 90
        return files

    return made
