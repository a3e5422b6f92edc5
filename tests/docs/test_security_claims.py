"""README's section on security, sentence by sentence: security_claims.txt says which test proves each."""
import re
import subprocess

import lib

CLAIMS = lib.ROOT / "tests/docs/security_claims.txt"


def sentences():
    """Of README's section: what is not an example, one by one, on one line each."""
    section = re.search(r"^## Security\n(.*?)^## ", (lib.ROOT / "README.md").read_text(), re.M | re.S)[1]
    section = re.sub(r"^```.*?^```\n", "\n", section, flags=re.M | re.S)
    for block in re.split(r"\n\n+|\n(?=- )", section):
        text = " ".join(block.removeprefix("- ").split())
        yield from filter(None, re.split(r"(?<=[.:]) (?=[A-Z`*])", text))


def claims():
    """The table: sentence -> the lines below it, which are indented."""
    rows = {}
    for row in re.split(r"\n\n+", CLAIMS.read_text().strip()):
        if row.startswith("#"):
            continue
        sentence, *proofs = row.split("\n")
        assert sentence not in rows and proofs and all(proof.startswith("    ") for proof in proofs), sentence
        rows[sentence] = [proof.strip() for proof in proofs]
    return rows


def test_every_sentence_has_a_row():
    wanted, rows = list(sentences()), claims()
    assert len(wanted) > 20 and len(set(wanted)) == len(wanted)
    assert set(wanted) - set(rows) == set(), "these sentences have no row in security_claims.txt"
    assert set(rows) - set(wanted) == set(), "these rows have no sentence in README"


def test_every_named_test_exists():
    for sentence, proofs in claims().items():
        for proof in proofs:
            if proof.startswith("no claim: "):
                assert len(proofs) == 1 and len(proof) > 20, sentence
                continue
            file, _, name = proof.partition("::")
            path = lib.ROOT / file
            assert path.name.startswith("test_") and path.is_file(), f"{proof}: no such file"
            assert re.search(rf"^def {re.escape(name)}\(", path.read_text(), re.M), f"{proof}: no such test"


# --- what no other test shows ---

def test_tables_are_hashed_under_another_key_in_every_run(tmp_path):
    (tmp_path / "key.c").write_text('#include <stdio.h>\n#include "common/base/hash.h"\nint main(void)\n{\n\thash_start();\n'
                                    '\treturn printf("%llx %llx\\n", (unsigned long long)hash_key[0], (unsigned long long)hash_key[1]) < 0;\n}\n')
    subprocess.run(["cc", "-std=c11", "-D_XOPEN_SOURCE=700", "-I", lib.ROOT, tmp_path / "key.c", lib.ROOT / "common/base/hash.c", "-pthread",
                    "-o", tmp_path / "key"], check=True)
    keys = [subprocess.run([tmp_path / "key"], capture_output=True, check=True).stdout for _ in range(5)]
    assert len(set(keys)) == 5
    starts = [path for path in lib.ROOT.glob("common/*/*.c") if re.search(r"^\thash_start\(\);", path.read_text(), re.M)]
    assert starts, "nobody draws the key"


def test_every_change_is_fuzzed_and_attacked():
    """The targets and the times that README names are those of the Makefile and of .ci/run."""
    ci, fuzz, make = ((lib.ROOT / name).read_text() for name in (".ci/run", "tests/fuzz/fuzz.mk", "Makefile"))
    part = re.search(r"^part_fuzz\(\) \{\n(.*?)^\}", ci, re.M | re.S)[1]
    assert "fuzz FUZZ_SECONDS=10\n" in part and "N=2000" in part
    assert re.search(r"^fuzz_targets := \$\(readers\) json marshal gzip trip$", fuzz, re.M)
    assert "-fsanitize=address,undefined" in re.search(r"^fuzz_flags := (.*)", fuzz, re.M)[1]
    assert "make -s attack" in part and re.search(r"^attack: all$", make, re.M)


def test_what_was_tried_is_counted(tmp_path):
    (tmp_path / "tests/figures").mkdir(parents=True)
    (tmp_path / "fuzz").mkdir()
    for name, count in ("a", 3), ("b", 4):
        (tmp_path / f"tests/figures/{name}.tsv").write_text(f"faults injected\t{count}\n")
    (tmp_path / "fuzz/executions.tsv").write_text("pstat\tlibFuzzer\t5\npstat\tlibFuzzer\t6\n")
    done = subprocess.run([lib.ROOT / "tests/figures", tmp_path], capture_output=True, text=True, check=True)
    assert [line.split(maxsplit=1) for line in done.stdout.splitlines()] == [
        ["7", "faults injected"], ["11", "executions of the target pstat by libFuzzer"]]
    assert re.search(r"^fuzz-coverage: ", (lib.ROOT / "tests/fuzz/fuzz.mk").read_text(), re.M)


def test_ten_conversions_have_faults():
    import ast
    tree = ast.parse((lib.ROOT / "tests/faults/test_faults.py").read_text())
    table, = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "CONVERSIONS"]
    assert len(table.keys) == 10
