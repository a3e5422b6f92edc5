#!/usr/bin/env bash
# jfr-converter --cpu makes an empty file of a recording that the JDK made, with status 0
#
# async-profiler's jfr-converter 4.5 takes --cpu for "samples of threads in the state that
# async-profiler writes for its own CPU samples". A JDK writes STATE_RUNNABLE for the same, so that
# none of its execution samples pass: the output has no byte, and nothing is said. Without --cpu,
# or with --cpu --state runnable, the same recording has all of them.
#
# A pipeline that was set up with async-profiler's recordings and gets one of `jcmd JFR.dump` draws
# an empty flame graph. Who converts has to give --state, or check for an empty file.
#
# Needs: a JDK of version 17 (java, javac, jfr), mvn.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mvn -q dependency:copy -Dartifact=tools.profiler:jfr-converter:4.5 -DoutputDirectory="$work" > install.log 2>&1 || { cat install.log; exit 1; }

cat > Spin.java <<'JAVA'
public class Spin {
	static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
	public static void main(String[] args) {
		long end = System.nanoTime() + 3_000_000_000L, sum = 0;
		while (System.nanoTime() < end)
			sum += fib(25);
		System.out.println("fib: " + (sum > 0));
	}
}
JAVA
javac Spin.java
java -XX:StartFlightRecording=settings=profile,filename=run.jfr Spin > run.log

states=$(jfr print --events jdk.ExecutionSample run.jfr | grep -o 'STATE_[A-Z]*' | sort -u)
echo "states of the samples: $states" | tee output
for words in "" "--cpu" "--cpu --state runnable"; do
	# shellcheck disable=SC2086 # words
	java -jar jfr-converter-4.5.jar $words run.jfr out.collapsed > convert.log && status=0 || status=$?
	if [ ! -s out.collapsed ]; then
		what="an empty file"
	elif grep -q 'Spin.main.*Spin.fib' out.collapsed; then
		what="stacks of Spin.main"
	else
		what="something else"
	fi
	echo "status $status, options '$words': $what" | tee -a output
done
diff output - <<'WANTED'
states of the samples: STATE_RUNNABLE
status 0, options '': stacks of Spin.main
status 0, options '--cpu': an empty file
status 0, options '--cpu --state runnable': stacks of Spin.main
WANTED
