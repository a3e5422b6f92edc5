#!/usr/bin/env bash
# Remakes the sample profiles by running the real profilers on programs/.
#
#     samples/make.sh [pstat] [callgrind] [collapsed] [speedscope] [flamegraph] [runs]
#
# Without words it remakes all six kinds. What the present machine cannot make is
# named on one line with the reason; an older file of that name then stays as it was.
# The work happens in a scratch folder, so that no path of a work tree gets into a
# profile; tools from PyPI, crates.io and Debian go into ../build/samples-tools.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(mkdir -p "$here/../build/samples-tools" && cd "$here/../build/samples-tools" && pwd)
tables=$here/../tests/formats
scratch=/tmp/profpipe-samples
kinds=(pstat callgrind collapsed speedscope flamegraph runs)
versions=(2.7 3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13 3.14 3.15)

tools=        # folder that goes before PATH for the samples that follow
rows=()       # lines of tests/formats/*/samples.tsv made by this run
made=0 skipped=0

export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 GOTOOLCHAIN=local

say() { printf '%s\n' "$*" >&2; }

skip() {
    say "skip $1: $2"
    skipped=$((skipped + 1))
}

have() { command -v "$1" >/dev/null 2>&1; }

# sample "PATH..." PRODUCER COMMAND: runs COMMAND in programs/ and keeps the files it makes.
# OUT in the command stands for the first path. A sampler can miss a short process, so it
# gets three tries.
sample() {
    local paths path command missing log=$scratch/log
    read -ra paths <<<"$1"
    command=${3//OUT/../${paths[0]}}

    for _ in 1 2 3; do
        missing=
        rm -f "${paths[@]/#/$scratch/}"
        if ! (cd "$scratch/programs" && nice env "PATH=$tools${tools:+:}$PATH" bash -o pipefail -c "$command") \
            >"$log" 2>&1 </dev/null; then
            missing=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1 | cut -c 1-150)
            missing=${missing:-the command failed}
        else
            for path in "${paths[@]}"; do
                [[ -s $scratch/$path ]] || missing="$path was not written"
            done
        fi
        [[ -n $missing ]] || break
    done
    if [[ -n $missing ]]; then
        skip "$1" "$missing"
        return
    fi

    for path in "${paths[@]}"; do
        [[ $path != *.svg ]] || "$here/cut_scripts" "$scratch/$path"
        install -D -m 0644 "$scratch/$path" "$here/$path"
        rows+=("$path"$'\t'"${path%%/*}"$'\t'"$2"$'\t'"$command")
        made=$((made + 1))
    done
}

# venv NAME PYTHON PACKAGE...: a virtual environment under ../build, made once.
venv() {
    local name=$1 python=$2
    shift 2
    [[ -e $build/$name/done ]] && return
    have "$python" || return 1
    say "installing $* for $python"
    "$python" -m venv "$scratch/tools/$name" &&
        "$scratch/tools/$name/bin/pip" install --quiet --disable-pip-version-check "$@" &&
        touch "$build/$name/done"
}

# release NAME PACKAGE: the version of PACKAGE in the virtual environment NAME.
release() {
    "$scratch/tools/$1/bin/pip" list --disable-pip-version-check 2>/dev/null |
        awk -v name="$2" '$1 == name { print $2 }'
}

inferno_release() {
    printf 'inferno%s' "$(cargo install --list --root "$build/inferno" 2>/dev/null | sed -n 's/^inferno v\(.*\):$/ \1/p')"
}

python_release() { "$1" -c 'import platform; print("Python " + platform.python_version())'; }

prepare() {
    local version folder
    rm -rf "$scratch"
    mkdir -p "$scratch"
    cp -r "$here/." "$scratch"
    mkdir -p "${kinds[@]/#/$scratch/}"
    ln -s "$build" "$scratch/tools"

    # Each Python under a short name, whatever the folder pyenv keeps it in.
    for version in "${versions[@]}"; do
        for folder in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*; do
            if [[ -x $folder/bin/python$version ]]; then
                ln -sfn "$folder" "$scratch/python$version"
                PATH=$scratch/python$version/bin:$PATH
            fi
        done
    done

    venv main python3.12 yappi py-spy austin-python pyinstrument pytest pytest-benchmark flameprof ||
        say "skip what needs packages from PyPI: no python3.12, or pip failed"
    # From 4.0 on austin has another output format and its wheel needs a newer C library.
    venv austin3 python3.12 austin-dist==3.7.0 || true
    venv yappi-3.8 python3.8 yappi || true
    venv yappi-3.13 python3.13 yappi || true
    austin4 || true

    if ! have inferno-flamegraph && [[ ! -x $build/inferno/bin/inferno-flamegraph ]] && have cargo; then
        say "building inferno"
        nice cargo install --quiet --locked --jobs 1 --root "$build/inferno" inferno || true
    fi
    PATH=$PATH:$build/inferno/bin
}

# austin 4 with the musl C library of Debian, unpacked beside it; nothing is installed.
austin4() (
    folder=$build/austin4
    [[ ! -x $folder/bin/austin ]] || exit 0
    mkdir -p "$folder/bin" && cd "$folder" && exec >/dev/null 2>&1 &&
        "$build/main/bin/pip" download --no-deps --only-binary :all: \
            --platform musllinux_1_1_x86_64 austin-dist==4.0.0 &&
        "$build/main/bin/python" -m zipfile -e austin_dist-*.whl . &&
        apt-get download musl && dpkg -x musl_*.deb . &&
        install -m 0755 austin_dist-*.data/scripts/austin bin/austin.real &&
        loader=$(find "$folder" -name libc.so | grep .) &&
        printf '#!/bin/sh\nexec %s %s "$@"\n' "$loader" "$folder/bin/austin.real" >bin/austin &&
        chmod 0755 bin/austin
)

# The flamegraph.pl in Debian's libdevel-nytprof-perl, unpacked; nothing is installed.
flamegraph_pl() (
    folder=$build/flamegraph-pl
    [[ ! -x $folder/bin/flamegraph.pl ]] || exit 0
    mkdir -p "$folder/bin" && cd "$folder" && exec >/dev/null 2>&1 &&
        apt-get download libdevel-nytprof-perl && dpkg -x libdevel-nytprof-perl_*.deb . &&
        install -m 0755 usr/share/perl5/Devel/NYTProf/flamegraph.pl bin/flamegraph.pl
)

make_pstat() {
    local version python label name

    for version in "${versions[@]}"; do
        python=python$version
        if [[ ! -x $scratch/python$version/bin/$python ]]; then
            skip "pstat/*-py$version-*.pstat" "no Python $version in pyenv"
            continue
        fi
        label=$(python_release "$python")
        sample "pstat/cprofile-py$version-recursion.pstat" "cProfile, $label" \
            "$python -m cProfile -o OUT workload.py recursion"
        sample "pstat/cprofile-py$version-text.pstat" "cProfile, $label" \
            "$python -m cProfile -o OUT workload.py text"
        sample "pstat/profile-py$version-recursion.pstat" "profile, $label" \
            "$python -m profile -o OUT workload.py recursion"
    done

    if [[ -x /usr/bin/python3 ]]; then
        label="Debian's $(python_release /usr/bin/python3)"
        sample "pstat/cprofile-debian-recursion.pstat" "cProfile, $label" \
            "/usr/bin/python3 -m cProfile -o OUT workload.py recursion"
    fi

    sample pstat/hotshot-py2.7-recursion.pstat "hotshot, Python 2.7.18" \
        "python2.7 profile_tool.py hotshot OUT recursion"

    if ! have python3.12; then
        skip "the other pstat files" "no Python 3.12"
        return
    fi
    label=$(python_release python3.12)
    sample pstat/cprofile-empty.pstat "cProfile, $label" \
        "python3.12 -c 'import cProfile; cProfile.run(\"pass\", \"OUT\")'"
    sample pstat/cprofile-names.pstat "cProfile, $label" "python3.12 -m cProfile -o OUT workload.py names"
    sample pstat/cprofile-packages.pstat "cProfile, $label" "python3.12 -m cProfile -o OUT workload.py packages"
    sample pstat/cprofile-threads.pstat "cProfile, $label" "python3.12 -m cProfile -o OUT threads.py 0.2"
    sample pstat/cprofile-enable.pstat "cProfile, $label" "python3.12 profile_tool.py enable OUT"
    sample pstat/cprofile-no-subcalls.pstat "cProfile, $label" "python3.12 profile_tool.py subcalls OUT"
    sample pstat/merged.pstat "pstats, $label" \
        "python3.12 profile_tool.py merge OUT ../pstat/cprofile-py3.12-recursion.pstat ../pstat/cprofile-py3.11-recursion.pstat"
    for version in 0 1 2 3 4; do
        sample "pstat/marshal-v$version.pstat" "marshal, $label" \
            "python3.12 profile_tool.py marshal $version OUT ../pstat/cprofile-py3.12-recursion.pstat"
    done
    sample pstat/cprofile.pstat.gz "gzip" "gzip -9nc ../pstat/cprofile-py3.12-recursion.pstat >OUT"
    sample pstat/two-members.pstat.gz "gzip" \
        "(head -c 1000 ../pstat/cprofile-py3.12-recursion.pstat | gzip -n; tail -c +1001 ../pstat/cprofile-py3.12-recursion.pstat | gzip -n) >OUT"

    make_yappi pstat

    tools=$scratch/tools/main/bin
    name="pytest-benchmark $(release main pytest-benchmark), $label"
    sample "pstat/pytest-benchmark-test_fib.prof pstat/pytest-benchmark-test_text.prof" "$name" \
        "python3.12 -m pytest -q -p no:cacheprovider --benchmark-cprofile=cumtime --benchmark-cprofile-dump=../pstat/pytest-benchmark bench_test.py"
    name="pyinstrument $(release main pyinstrument), $label"
    sample pstat/pyinstrument.pstat "$name" "pyinstrument -r pstats -o OUT workload.py spin 0.5"
    tools=
}

# yappi writes both pstat and callgrind.
make_yappi() {
    local format=$1 label clock version
    tools=
    if /usr/bin/python3 -c 'import yappi' 2>/dev/null; then
        label="yappi $(dpkg-query -W -f '${Version}' python3-yappi), Debian's $(python_release /usr/bin/python3)"
        sample "$format/yappi-debian.$format" "$label" \
            "/usr/bin/python3 -m yappi -c cpu -f $format -o OUT workload.py recursion"
        sample "$format/yappi-debian-builtins.$format" "$label" \
            "/usr/bin/python3 -m yappi -b -c wall -f $format -o OUT workload.py text"
    else
        skip "$format/yappi-debian*.$format" "no python3-yappi"
    fi

    tools=$scratch/tools/main/bin
    label="yappi $(release main yappi), $(python_release python3.12)"
    if [[ $format == pstat ]]; then
        for clock in cpu wall; do
            sample "$format/yappi-$clock.$format" "$label" \
                "python3.12 -m yappi -c $clock -f $format -o OUT workload.py recursion"
        done
    fi
    sample "$format/yappi-builtins.$format" "$label" \
        "python3.12 -m yappi -b -c cpu -f $format -o OUT workload.py recursion"
    sample "$format/yappi-threads.$format" "$label" \
        "python3.12 -m yappi -c wall -f $format -o OUT threads.py 0.2"
    sample "$format/yappi-asyncio.$format" "$label" \
        "python3.12 profile_tool.py yappi $format OUT"
    if [[ $format == pstat ]]; then
        for version in 3.8 3.13; do
            tools=$scratch/tools/yappi-$version/bin
            if [[ -x $tools/python$version ]]; then
                label="yappi $(release "yappi-$version" yappi), $(python_release "python$version")"
                sample "$format/yappi-py$version.$format" "$label" \
                    "python$version -m yappi -b -c cpu -f $format -o OUT workload.py text"
            else
                skip "$format/yappi-py$version.$format" "no yappi for Python $version"
            fi
        done
    fi
    tools=
}

make_callgrind() {
    make_valgrind
    make_yappi callgrind
    make_xdebug

    if have pyprof2calltree; then
        local converter
        converter="pyprof2calltree $(dpkg-query -W -f '${Version}' pyprof2calltree)"
        sample callgrind/pyprof2calltree-recursion.callgrind "$converter" \
            "pyprof2calltree -i ../pstat/cprofile-py3.11-recursion.pstat -o OUT"
        sample callgrind/pyprof2calltree-text.callgrind "$converter" \
            "pyprof2calltree -i ../pstat/cprofile-py3.11-text.pstat -o OUT"
    else
        skip "callgrind/pyprof2calltree-*" "no pyprof2calltree"
    fi

    have go || PATH=$PATH:/usr/local/go/bin
    if have go; then
        sample callgrind/pprof.callgrind "go tool pprof, $(go env GOVERSION)" \
            "go build -C hotspot -trimpath -o ../hotspot.bin . && ./hotspot.bin cpu.pprof && go tool pprof -callgrind -output OUT hotspot.bin cpu.pprof"
    else
        skip callgrind/pprof.callgrind "no go"
    fi
}

# valgrind NAME OPTIONS [PROGRAM [OTHER-FILES]]
valgrind_sample() {
    local first=callgrind/valgrind-$1.callgrind files
    files=${4:-$first}
    sample "$files" "$valgrind_label" \
        "valgrind -q --tool=callgrind --callgrind-out-file=../$first ${2:+$2 }./${3:-native}"
}

make_valgrind() {
    if ! have valgrind || ! have g++; then
        skip "callgrind/valgrind-*" "no valgrind or no compiler"
        return
    fi
    (
        cd "$scratch/programs"
        gcc -O1 -g -o native native.c
        gcc -O1 -g -pthread -o native_threads native_threads.c
        g++ -O1 -g -std=c++17 -o native_cpp native.cpp
    )
    local valgrind_label option base=callgrind/valgrind
    local main="--collect-atstart=no --toggle-collect=main"
    valgrind_label="$(valgrind --version), $(gcc --version | head -n 1)"

    valgrind_sample complete ""
    valgrind_sample main "$main"
    valgrind_sample main-cpp "$main" native_cpp
    valgrind_sample instr "$main --dump-instr=yes"
    valgrind_sample instr-noline "$main --dump-instr=yes --dump-line=no"
    valgrind_sample instr-jumps "$main --dump-instr=yes --collect-jumps=yes"
    valgrind_sample jumps "$main --collect-jumps=yes"
    valgrind_sample cache-branch "$main --cache-sim=yes --branch-sim=yes"
    valgrind_sample cache-use "$main --cacheuse=yes --simulate-wb=yes --simulate-hwpref=yes"
    valgrind_sample bus-systime "$main --collect-bus=yes --collect-systime=nsec"
    valgrind_sample nostrings "$main --compress-strings=no"
    valgrind_sample nopos "$main --compress-pos=no"
    valgrind_sample recs3-fib "$main --separate-recs3=fib"
    valgrind_sample callers2 "$main --separate-callers=2"
    valgrind_sample nothing-collected "--toggle-collect=no_such_function"
    valgrind_sample threads "--separate-threads=yes --toggle-collect=worker" native_threads \
        "$base-threads.callgrind-01 $base-threads.callgrind-02 $base-threads.callgrind-03"
    option="$main --dump-before=sorting"
    valgrind_sample parts "$option" native \
        "$base-parts.callgrind $base-parts.callgrind.1 $base-parts.callgrind.2 $base-parts.callgrind.3"
    valgrind_sample parts-combined "$option --combine-dumps=yes"
    valgrind_sample parts-every-bb "$main --dump-every-bb=20000 --combine-dumps=yes"
    valgrind_sample parts-threads "--toggle-collect=worker --separate-threads=yes --dump-after=worker --combine-dumps=yes" \
        native_threads

    for option in no yes; do
        sample "callgrind/cachegrind-sim-$option.out" "cachegrind of $valgrind_label" \
            "valgrind -q --tool=cachegrind --cache-sim=$option --branch-sim=$option --cachegrind-out-file=OUT ./native"
    done
}

make_xdebug() {
    if ! have php || ! php -r 'exit(extension_loaded("xdebug") ? 0 : 1);'; then
        skip "callgrind/xdebug*" "no php with xdebug"
        return
    fi
    local label name php
    label="$(php -r 'echo "xdebug ", phpversion("xdebug"), ", PHP ", PHP_VERSION;')"
    php="php -d xdebug.mode=profile -d xdebug.start_with_request=yes -d xdebug.output_dir=../callgrind"
    name=xdebug-shop.callgrind
    sample "callgrind/$name" "$label" \
        "$php -d xdebug.use_compression=0 -d xdebug.profiler_output_name=$name shop.php"
    # Debian's xdebug is built without zlib, so xdebug.use_compression=1 writes no .gz there.
    sample callgrind/xdebug-shop.callgrind.gz gzip "gzip -9nc ../callgrind/xdebug-shop.callgrind >OUT"
    name=xdebug-append.callgrind
    sample "callgrind/$name" "$label" \
        "for run in 1 2; do $php -d xdebug.use_compression=0 -d xdebug.profiler_append=1 -d xdebug.profiler_output_name=$name shop.php; done"
}

# pyspy KIND NAME OPTIONS PROGRAM
pyspy() {
    local folder=$1 format=$1 suffix=$1 rate=100
    case $1 in
        collapsed) format=raw rate=200 ;;
        speedscope) suffix=speedscope.json ;;
        flamegraph) suffix=svg ;;
    esac
    sample "$folder/pyspy$2.$suffix" "py-spy $(release main py-spy), $(python_release python3.11)" \
        "py-spy record -r $rate -f $format${3:+ $3} -o OUT -- python3.11 $4"
}

have_pyspy() {
    if [[ ! -x $scratch/tools/main/bin/py-spy ]] || ! have python3.11; then
        skip "$1/pyspy*" "no py-spy or no Python 3.11"
        return 1
    fi
    tools=$scratch/tools/main/bin
}

# austin 3 writes text, austin 4 its binary format, which austin-python turns into text.
make_austin() {
    local label program="python3.11 workload.py spin 0.7" mode
    tools=$scratch/tools/austin3/bin
    if [[ -x $tools/austin ]]; then
        label="austin 3.7.0, $(python_release python3.11)"
        sample collapsed/austin3-wall.collapsed "$label" "austin -t 2s -i 5ms -o OUT $program"
        sample collapsed/austin3-cpu.collapsed "$label" "austin -t 2s -i 5ms -s -o OUT $program"
        sample collapsed/austin3-memory.collapsed "$label" "austin -t 2s -i 5ms -m -o OUT python3.11 memory.py 0.7"
        sample collapsed/austin3-full.collapsed "$label" "austin -t 2s -i 5ms -f -o OUT python3.11 memory.py 0.7"
        sample collapsed/austin3-threads.collapsed "$label" "austin -t 2s -i 10ms -o OUT python3.11 threads.py 0.2"
        sample collapsed/austin3-children.collapsed "$label" \
            "austin -t 2s -i 10ms -C -o OUT python3.11 subprocesses.py 0.5"
    else
        skip "collapsed/austin3-*" "no austin 3"
    fi

    tools=$scratch/tools/austin4/bin:$scratch/tools/main/bin
    if [[ -x $scratch/tools/austin4/bin/austin ]]; then
        label="austin 4.0.0, mojo2austin of austin-python $(release main austin-python)"
        for mode in "wall:" "gc: -g"; do
            sample "collapsed/austin4-${mode%:*}.collapsed" "$label" \
                "austin -i 5ms${mode#*:} -o austin.mojo $program && mojo2austin austin.mojo OUT"
        done
        sample collapsed/austin4-full.collapsed "$label" \
            "austin -i 5ms -f -o austin.mojo python3.11 memory.py 0.7 && mojo2austin austin.mojo OUT"
    else
        skip "collapsed/austin4-*" "no austin 4 that runs here"
    fi
    tools=
}

make_collapsed() {
    if have_pyspy collapsed; then
        pyspy collapsed "" "" "workload.py spin 0.7"
        pyspy collapsed -function "-F" "workload.py spin 0.7"
        pyspy collapsed -function-later "-F" "workload.py spin 0.4"
        pyspy collapsed -nolineno "--nolineno" "workload.py spin 0.7"
        pyspy collapsed -native "--native" "workload.py spin 0.7"
        pyspy collapsed -threads "--threads" "threads.py 0.7"
        pyspy collapsed -threads-idle "--threads --idle" "threads.py 0.5"
        pyspy collapsed -subprocesses "--subprocesses" "subprocesses.py 0.3"
        sample collapsed/pyspy.collapsed.gz "gzip" "gzip -9nc ../collapsed/pyspy.collapsed >OUT"
    fi
    make_austin

    if [[ -x $scratch/tools/main/bin/flameprof ]]; then
        tools=$scratch/tools/main/bin
        sample collapsed/flameprof.collapsed "flameprof $(release main flameprof)" \
            "flameprof --format log ../pstat/cprofile-py3.12-recursion.pstat >OUT"
        tools=
    fi

    if ! have inferno-collapse-perf; then
        skip "collapsed/perf* and collapsed/differential*" "no inferno"
        return
    fi
    local label inferno
    inferno=$(inferno_release)
    if have perf; then
        label="$(perf --version), $inferno"
        local build="gcc -O1 -g -fno-omit-frame-pointer -o native_frames native.c"
        sample collapsed/perf.collapsed "$label" \
            "$build && perf record -q -F 499 -g -o perf.data ./native_frames 60000 && perf script -i perf.data | inferno-collapse-perf >OUT"
        sample collapsed/perf-all.collapsed "$label" \
            "perf script -i perf.data | inferno-collapse-perf --all --addrs --tid >OUT"
    else
        skip "collapsed/perf*" "no perf"
    fi
    sample collapsed/inferno-recursive.collapsed "$inferno" \
        "inferno-collapse-recursive <../collapsed/pyspy-nolineno.collapsed >OUT"
    sample collapsed/differential.collapsed "$inferno" \
        "inferno-diff-folded ../collapsed/pyspy-function.collapsed ../collapsed/pyspy-function-later.collapsed >OUT"
}

make_speedscope() {
    local label
    if have_pyspy speedscope; then
        pyspy speedscope "" "" "workload.py spin 0.7"
        pyspy speedscope -function "-F" "workload.py spin 0.7"
        pyspy speedscope -gil "--gil" "threads.py 0.7"
        pyspy speedscope -threads-idle "--threads --idle" "threads.py 0.5"
        pyspy speedscope -subprocesses "--subprocesses" "subprocesses.py 0.6"
        sample speedscope/pyspy.speedscope.json.gz "gzip" "gzip -9nc ../speedscope/pyspy.speedscope.json >OUT"
    fi

    tools=$scratch/tools/main/bin
    if [[ -x $tools/austin2speedscope ]]; then
        label="austin2speedscope of austin-python $(release main austin-python)"
        sample speedscope/austin-wall.speedscope.json "$label" \
            "austin2speedscope ../collapsed/austin3-wall.collapsed OUT"
        sample speedscope/austin-threads.speedscope.json "$label" \
            "austin2speedscope --indent 1 ../collapsed/austin3-threads.collapsed OUT"
        sample speedscope/austin-full.speedscope.json "$label" \
            "austin2speedscope ../collapsed/austin3-full.collapsed OUT"
    fi
    if [[ -x $tools/pyinstrument ]]; then
        label="pyinstrument $(release main pyinstrument), $(python_release python3.12)"
        sample speedscope/pyinstrument.speedscope.json "$label" \
            "pyinstrument -i 0.005 -r speedscope -o OUT workload.py spin 0.5"
        sample speedscope/pyinstrument-timeline.speedscope.json "$label" \
            "pyinstrument -i 0.005 --timeline --show-all -r speedscope -o OUT workload.py spin 0.3"
        sample speedscope/pyinstrument-asyncio.speedscope.json "$label" \
            "pyinstrument -r speedscope -o OUT asyncio_app.py 20"
    fi
    tools=
}

make_flamegraph() {
    local label
    if have_pyspy flamegraph; then
        pyspy flamegraph "" "" "workload.py spin 0.7"
        pyspy flamegraph -threads "--threads" "threads.py 0.5"
        if [[ -x $tools/flameprof ]]; then
            sample flamegraph/flameprof.svg "flameprof $(release main flameprof)" \
                "flameprof ../pstat/cprofile-enable.pstat >OUT"
        fi
        tools=
    fi

    if have perl && flamegraph_pl; then
        tools=$scratch/tools/flamegraph-pl/bin
        label="flamegraph.pl of 2014 in libdevel-nytprof-perl $(dpkg-deb -f "$build"/flamegraph-pl/*.deb Version)"
        sample flamegraph/flamegraph-pl.svg "$label" \
            "flamegraph.pl --hash ../collapsed/pyspy-nolineno.collapsed >OUT"
        sample flamegraph/flamegraph-pl-inverted.svg "$label" \
            "flamegraph.pl --inverted --colors=mem --countname=bytes --minwidth=2 --title=Icicles ../collapsed/perf.collapsed >OUT"
        tools=
    else
        skip "flamegraph/flamegraph-pl*" "no perl, or the package cannot be fetched"
    fi

    if ! have inferno-flamegraph; then
        skip "flamegraph/inferno*" "no inferno"
        return
    fi
    label=$(inferno_release)
    sample flamegraph/inferno.svg "$label" "inferno-flamegraph ../collapsed/pyspy-nolineno.collapsed >OUT"
    sample flamegraph/inferno-inverted.svg "$label" \
        "inferno-flamegraph --inverted --colors aqua --hash --title 'A <title> & more' --countname us ../collapsed/flameprof.collapsed >OUT"
    sample flamegraph/inferno-reverse.svg "$label" \
        "inferno-flamegraph --reverse --deterministic --minwidth 5 ../collapsed/pyspy-function.collapsed >OUT"
    sample flamegraph/inferno-flamechart.svg "$label" \
        "inferno-flamegraph --flamechart --pretty-xml ../collapsed/inferno-recursive.collapsed >OUT"
    sample flamegraph/inferno-differential.svg "$label" \
        "inferno-flamegraph --negate ../collapsed/differential.collapsed >OUT"
}

# Several runs of one program: twice as it is, once with a function made slower. They take
# turns, so that whatever else the machine does slows all three. No rows: they are one set.
make_runs() {
    local run
    mkdir -p "$here/runs"
    for run in 1 2 3 4 5 6; do
        (cd "$scratch/programs" &&
            /usr/bin/python3 -m cProfile -o "$here/runs/base-$run.pstat" test_orders.py &&
            /usr/bin/python3 -m cProfile -o "$here/runs/again-$run.pstat" test_orders.py &&
            /usr/bin/python3 -m cProfile -o "$here/runs/slow-$run.pstat" test_orders.py slow)
        made=$((made + 3))
    done
}

# Samples that came from other machines and older releases; make.sh does not remake them.
elsewhere() {
    sed -e '/^$/d' -e 's/ | /\t/g' <<'ROWS'
callgrind/cachegrind-ls.out | callgrind | cachegrind | (made elsewhere) valgrind --tool=cachegrind --cache-sim=yes --branch-sim=yes ls /etc/apt
callgrind/xdebug-php.callgrind | callgrind | xdebug 3.2.0, PHP 8.2.36 | (made elsewhere) php -d xdebug.mode=profile x.php
pstat/marshalv0-py311-profile-rec.pstats | pstat | profile, Python 3.11 | (made elsewhere) python3.11, recursion; marshal.dump(stats, file, 0)
pstat/py27-cprofile.pstats | pstat | cProfile, Python 2.7.18 | (made elsewhere) python2.7, recursion and JSON
pstat/py27-hotshot.pstats | pstat | hotshot, Python 2.7.18 | (made elsewhere) python2.7, recursion and JSON; hotshot.stats.load(log).dump_stats(file)
pstat/py27-profile.pstats | pstat | profile, Python 2.7.18 | (made elsewhere) python2.7, recursion and JSON
pstat/py3.6-cprofile-json.pstats | pstat | cProfile, Python 3.6.15 | (made elsewhere) python3.6, JSON and regular expressions
pstat/py3.8-cprofile-rec.pstats | pstat | cProfile, Python 3.8 | (made elsewhere) python3.8, recursion
pstat/synth-sampled.pstats | pstat | by hand, as Python 3.15's profiling.sampling writes | (made elsewhere) by hand
ROWS
}

# A format's samples.tsv: the rows of this run, then older rows whose files are still there.
write_table() {
    local format table
    {
        [[ ${#rows[@]} -eq 0 ]] || printf '%s\n' "${rows[@]}"
        elsewhere
        tail -q -n +2 "$tables"/*/samples.tsv
    } | awk -F '\t' '!seen[$1]++' | while IFS= read -r row; do
        [[ ! -e $here/${row%%$'\t'*} ]] || printf '%s\n' "$row"
    done | LC_ALL=C sort -t $'\t' -k 1,1 >"$scratch/samples.tsv"
    cut -f 2 "$scratch/samples.tsv" | sort -u | while IFS= read -r format; do
        table=$tables/$format/samples.tsv
        printf 'path\tformat\tproducer and version\tcommand\n' >"$table"
        awk -F '\t' -v format="$format" '$2 == format' "$scratch/samples.tsv" >>"$table"
    done
}

main() {
    local kind
    for kind in "$@"; do
        if [[ " ${kinds[*]} " != *" $kind "* ]]; then
            say "usage: $0 [${kinds[*]}]"
            exit 2
        fi
    done
    prepare
    [[ $# -gt 0 ]] || set -- "${kinds[@]}"
    for kind in "$@"; do
        "make_$kind"
    done
    write_table
    say "$made samples made, $skipped skipped; $(wc -l <"$scratch/samples.tsv") in the tables"
}

main "$@"
