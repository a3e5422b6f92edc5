#!/usr/bin/env bash
# callgrind_annotate --inclusive=yes depends on the directory it is started in
#
# callgrind_annotate (Valgrind 3.19.0) cuts the current directory off the file of a function
# (fl=), but not off the file of a callee (cfi=, cfl=). Started where the sources are, it takes
# them for two functions: each callee is listed twice, once with its full path and once without,
# and the second line of a recursive function shows another figure. Started in any other
# directory, the same file gives one line a function. The input is a profile of cProfile
# in the form pyprof2calltree 1.4.5 gives it: full paths, a cfl= for every call.
#
# Needs: python3 with venv, perl, and a Debian that has the package of the version below.
set -euo pipefail
valgrind=1:3.19.0-1 pyprof2calltree=1.4.5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/sources" "$work/elsewhere"
cd "$work"
{
	apt-get download "valgrind=$valgrind"
	dpkg-deb -x valgrind_*.deb tools
	python3 -m venv python
	python/bin/pip install -q "pyprof2calltree==$pyprof2calltree"
} > install.log 2>&1 || { cat install.log; exit 1; }

cat > sources/steps.py <<'PYTHON'
import cProfile

def work():
    return sum(range(20000))

def odd(n):
    work()
    return n > 0 and even(n - 1)

def even(n):
    work()
    return n > 0 and odd(n - 1)

profile = cProfile.Profile()
profile.runcall(even, 60)
profile.dump_stats("steps.pstat")
PYTHON
(cd elsewhere && python3 "$work/sources/steps.py")
python/bin/pyprof2calltree -i elsewhere/steps.pstat -o steps.callgrind > /dev/null

functions() { # DIRECTORY: the lines of the functions of steps.py
	(cd "$1" && perl "$work/tools/usr/bin/callgrind_annotate" --inclusive=yes --threshold=100 --auto=no "$work/steps.callgrind") |
		sed "s|$work|/src|" | grep 'steps\.py:'
}
echo "# valgrind $valgrind, pyprof2calltree $pyprof2calltree"
echo "started elsewhere:"
functions elsewhere | tee one
echo "started in the directory of the sources:"
functions sources | tee two
names() {
	sed 's/.* //; s/ *$//' "$1" | sort | tr '\n' ' '
}
full="/src/sources/steps.py"
[ "$(names one)" = "$full:even $full:odd $full:work " ]
[ "$(names two)" = "$full:even $full:odd $full:work steps.py:even steps.py:odd steps.py:work " ]
echo "as stated: 3 functions, listed as 6"
