#!/usr/bin/env bash
# callgrind_annotate takes the last thread of a combined dump for the whole program
#
# `valgrind --tool=callgrind --separate-threads=yes --combine-dumps=yes` (Valgrind 3.19.0)
# writes one file with a part for each thread, each with its own "summary:". Valgrind's own
# callgrind_annotate adds the functions of all parts up, but takes PROGRAM TOTALS from the last
# summary that it meets, so that a function may have more than 100 %; and it reports twelve
# or more lines of each further part's header, "version: 1" to "events: Ir", as malformed.
# A reader of the percentages alone has no sign that the first thread is missing from their base.
#
# Needs: cc with pthreads, perl, and a Debian that has the package of the version below.
set -euo pipefail
valgrind=1:3.19.0-1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
{
	apt-get download "valgrind=$valgrind"
	dpkg-deb -x valgrind_*.deb tools
} > install.log 2>&1 || { cat install.log; exit 1; }

cat > two.c <<'C'
#include <pthread.h>

static volatile long sum;

static void spin(long n)
{
	while (n--)
		sum += n;
}

static void *worker(void *arg)
{
	spin(300000);
	return arg;
}

int main(void)
{
	pthread_t other;

	if (pthread_create(&other, 0, worker, 0))
		return 1;
	spin(100000);
	return pthread_join(other, 0);
}
C
cc -O0 -g two.c -o two -pthread
export VALGRIND_LIB=$work/tools/usr/libexec/valgrind
tools/usr/bin/valgrind -q --tool=callgrind --separate-threads=yes --combine-dumps=yes --callgrind-out-file=two.callgrind ./two
perl tools/usr/bin/callgrind_annotate --threshold=99 --auto=no two.callgrind > report 2> warnings

total=$(sed -n 's/^\([0-9,]*\) .*PROGRAM TOTALS.*/\1/p' report | tr -d ,)
share=$(sed -n 's/.*(\([0-9. ]*\)%).*two\.c:spin.*/\1/p' report | head -n 1 | tr -d ' ')
mapfile -t summaries < <(sed -n 's/^summary: //p' two.callgrind)
echo "# valgrind $valgrind"
echo "parts: ${#summaries[@]}"
echo "PROGRAM TOTALS are the last part's: $([ "$total" = "${summaries[1]}" ] && echo yes || echo no)"
echo "spin: $share % of them"
echo "lines of the second header that are said to be malformed: $(grep -c '^WARNING: line .* malformed' warnings)"
[ "${#summaries[@]}" = 2 ]
[ "$total" = "${summaries[1]}" ]
[ "${share%.*}" -gt 100 ]
[ "$(grep -c '^WARNING: line .* malformed' warnings)" -ge 12 ]
