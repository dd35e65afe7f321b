#!/bin/sh
# SPDX-License-Identifier: MIT
# restart.sh LIBCKPT RESTART TICKS CASE: saves the program TICKS and restarts it in ways that three-acts.sh does not walk.
set -u
lib=$1 restart=$2 ticks=$3 case=$4
. "${0%/*}/lib.sh"
image=$dir/mycheckpoint
# save PROGRAM [ARGS…]: an image of it, its PID in $pid; it is killed
save() {
	rm -f "$image"
	: >"$dir/out"
	: >"$dir/err"
	# through a pipe: it becomes the restarter's own output, a file would be opened again
	[ -p "$dir/pipe" ] || mkfifo "$dir/pipe"
	cat "$dir/pipe" >"$dir/out" &
	LD_PRELOAD=$lib CKPT_IMAGE=$image "$@" </dev/null >"$dir/pipe" 2>&1 &
	pid=$!
	wait_for 20 grep -q "tick 3" "$dir/out" || fail "it does not tick"
	kill -12 "$pid"
	wait_for 20 test -s "$image" || fail "no image"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	: >"$dir/out"
}
# run [OPTIONS…] IMAGE: restarts it; what it says in out and err, its status in $status
run() {
	"$restart" "$@" </dev/null >"$dir/out" 2>"$dir/err"
	status=$?
}
# refused WORDS [OPTIONS…] IMAGE: one line with these words, status 125, the program does nothing
refused() {
	words=$1
	shift
	run "$@"
	[ "$status" -eq 125 ] || fail "status $status for: $words"
	[ ! -s "$dir/out" ] || fail "the program ran: $words"
	[ "$(grep -vc "^ckpt: warning" "$dir/err")" -eq 1 ] || fail "not one line: $words"
	grep -q "^ckpt: .*$words" "$dir/err" || fail "no word of: $words"
}
finished() {
	[ "$status" -eq 7 ] || fail "status $status"
	grep -q "tick 20 of" "$dir/out" || fail "it did not count to the end"
	! grep -q "tick 2 of" "$dir/out" || fail "it began again"
}
# flip OFFSET: inverts a byte of a copy of the image
flip() {
	cp "$image" "$dir/copy"
	byte=$(od -An -tu1 -j "$1" -N 1 "$image")
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((255 - byte)))" | dd of="$dir/copy" bs=1 seek="$1" conv=notrunc status=none
}
can_exact() {
	capability 40 || skip "exact PIDs need CAP_CHECKPOINT_RESTORE"
	wait_for 20 sh -c "! ps -eo pid,pgid,sid | grep -qw $pid" || fail "PID $pid is in use"
}

case $case in
damage)
	save "$ticks"
	size=$(wc -c <"$image")
	: >"$dir/copy"
	refused "is empty" "$dir/copy"
	echo "a text" >"$dir/copy"
	refused "is no image" "$dir/copy"
	cp "$ticks" "$dir/copy"
	refused "but no core file" "$dir/copy"
	for n in 20 63 64 100 500 2000 4096 9000 $((size / 2)) $((size - 100)) $((size - 1)); do
		head -c "$n" "$image" >"$dir/copy"
		refused "has no seal" --pids fresh "$dir/copy"
	done
	flip 18
	refused "of another architecture" "$dir/copy"
	n=100
	while [ "$n" -lt "$size" ]; do
		flip "$n"
		refused "copy: " --pids fresh "$dir/copy"
		n=$((n * 5 / 4 + 1))
	done
	flip $((size - 3))
	refused "its seal does not match" --pids fresh "$dir/copy"
	chmod o+w "$image"
	refused "everybody may write" "$image"
	chmod o-w "$image"
	run --pids fresh "$image"
	finished
	;;
refused)
	mkdir "$dir/place"
	save sh -c "cd '$dir/place' && exec '$ticks'"
	rmdir "$dir/place"
	refused "place: no such file or directory" --pids fresh "$image"
	mkdir "$dir/place"
	run "$dir/nothing"
	[ "$status" -eq 127 ] || fail "status $status for a missing image"
	run --pids never "$image"
	[ "$status" -eq 2 ] || fail "status $status for a wrong option"
	run --pids fresh "$image"
	finished
	;;
gone)
	cp "$ticks" "$dir/program"
	save "$dir/program"
	rm "$dir/program"
	run --pids fresh "$image"
	finished
	grep -q "program is gone: its saved pages are used" "$dir/err" || fail "no warning"
	;;
ways)
	save "$ticks"
	for way in "" --test-no-exec --test-foreign-vdso --test-sealed-vdso "--test-no-exec --test-sealed-vdso"; do
		# shellcheck disable=SC2086
		run --pids fresh $way "$image"
		finished
	done
	;;
side-by-side)
	save "$ticks"
	for i in 1 2 3 4 5; do
		(
			"$restart" --pids fresh "$image" </dev/null >"$dir/out$i" 2>"$dir/err$i"
			echo $? >"$dir/status$i"
		) &
	done
	wait
	for i in 1 2 3 4 5; do
		cp "$dir/out$i" "$dir/out"
		cp "$dir/err$i" "$dir/err"
		status=$(cat "$dir/status$i")
		finished
	done
	;;
exact)
	save "$ticks"
	can_exact
	run --pids exact "$image"
	finished
	grep -q "tick 20 of $pid" "$dir/out" || fail "another PID than $pid"
	save "$ticks" die
	can_exact
	run --pids exact "$image"
	[ "$status" -eq 143 ] || fail "status $status of one that died by SIGTERM"
	"$restart" --pids exact "$image" </dev/null >"$dir/out" 2>"$dir/err" &
	proxy=$!
	wait_for 20 grep -q "tick" "$dir/out" || fail "it does not tick on"
	cp "$dir/out" "$dir/first"
	refused "PID $pid is taken by" --pids exact "$image"
	kill -15 "$proxy"
	wait "$proxy"
	[ $? -eq 143 ] || fail "the proxy did not hand SIGTERM on"
	;;
*)
	fail "no such case"
	;;
esac
echo PASS
