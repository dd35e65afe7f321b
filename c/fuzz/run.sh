#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh BUILD SECONDS [TARGET…]: each fuzz target (all without a name) for so long, from the seeds in the tree and from what earlier
# runs found (BUILD/corpus). A finding is left in BUILD, its name is said, and the status is 1.
set -u
here=${0%/*}
build=$1 seconds=$2
shift 2
[ $# -gt 0 ] || set -- image raw cbor maps hole vdso contract
status=0
for target; do
	corpus=$build/corpus/$target
	mkdir -p "$corpus"
	if "$build/fuzz-$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
		-print_final_stats=1 -verbosity=1 -artifact_prefix="$build/finding-$target-" "$corpus" "$here/seeds/$target" >"$build/$target.log" 2>&1; then
		echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log") inputs, nothing found"
	else
		echo "FAIL $target: see $build/$target.log"
		grep -E 'ERROR|not true|runtime error|SUMMARY|Test unit written' "$build/$target.log"
		status=1
	fi
done
exit $status
