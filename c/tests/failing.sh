# SPDX-License-Identifier: MIT
# failing.sh - what the tests share in which a checkpoint fails or is killed. To be sourced behind lib.sh, with $checkpoint, $watch and
# $sources (the folder c/) set.
trap 'exit 143' TERM INT HUP # and so by way of finish
order=$dir/order
: >"$order"
export CKPT_FAULT="$order"
# points PREFIX: the names of all fault points that begin so, in the sources themselves: none is forgotten
points() {
	grep -rhoE "fault_point\(\"$1\.[^\"]*\"\)" "$sources" | sed 's/.*("//; s/").*//' | sort -u
}
calls() {
	grep -rhoE "FAULTY\(\"$1\.[^\"]*\"" "$sources" | sed 's/.*("//; s/".*//' | sort -u
}
reached() { [ ! -s "$order" ]; }
# copies [no-copy]: with the word no copy of the program can be made any more, and the helper writes
copies() {
	case "${1-}" in no-copy) : >"$order.no-copy" ;; *) rm -f "$order.no-copy" ;; esac
}
# begin LIB [no-copy] [ARGS…]: a program and an earlier image of it
begin() {
	copies "${2-}"
	[ -x "$dir/program" ] || cp "$program" "$dir/program"
	lib=$1
	shift
	start "$lib" "$dir/program" "$@"
	"$checkpoint" "$pid" >"$dir/message" 2>&1 || fail "no first checkpoint"
	cp "$dir/mycheckpoint" "$dir/earlier"
	settled # the process that wrote it may still be about to end
}
# by signal|tool: one checkpoint by this door; what was said is in $dir/said, and the tool's status in $status
by() {
	door=$1
	status=0
	: >"$dir/err"
	: >"$dir/said"
	if [ "$door" = tool ]; then
		"$checkpoint" "$pid" >"$dir/message" 2>"$dir/said" || status=$?
	else
		kill -12 "$pid" || fail "the program is gone: $what"
	fi
}
# settled: no process but the program, and none of its threads stopped
settled() { wait_for 20 "$watch" leftovers "$dir" "$pid" >/dev/null || fail "left over after $what: $("$watch" leftovers "$dir" "$pid")"; }
said_once() {
	[ "$door" = tool ] || cp "$dir/err" "$dir/said"
	grep -v "stands still until" "$dir/said" >"$dir/lines"
	[ "$(wc -l <"$dir/lines")" -eq 1 ] && grep -q "^ckpt: " "$dir/lines" || fail "not one line after $what ($door): $(cat "$dir/said")"
	[ "$door" = signal ] || [ "$status" -eq 125 ] || fail "status $status after $what"
}
earlier_is_whole() { cmp -s "$dir/earlier" "$dir/mycheckpoint" || fail "the earlier image was altered: $what"; }
no_temporary() {
	for file in "$dir"/*.tmp.*; do
		[ ! -e "$file" ] || fail "$file stays after $what"
	done
}
# the next checkpoint is as any other
next_is_good() {
	: >"$order"
	"$checkpoint" "$pid" >"$dir/message" 2>&1 || fail "no checkpoint after $what"
	no_temporary
	cp "$dir/mycheckpoint" "$dir/earlier"
	settled
}
ends_well() {
	settled
	: >"$dir/go"
	wait "$pid"
	status=$?
	pid=
	[ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "the program did not run on: $status"
	rm "$dir/go"
}
is_program() { grep -q "$dir" "/proc/$1/environ" && grep -q "^program" "/proc/$1/comm"; }
# restarts: every byte of the image is good, and the program lives again; it is killed
restarts() {
	# shellcheck disable=SC2086
	$restart --pids fresh "$1" </dev/null >"$dir/restarted" 2>&1 &
	copy=$!
	wait_for 20 is_program "$copy" || fail "$1 can't be restarted after $what: $(cat "$dir/restarted")"
	kill -9 "$copy"
	wait "$copy" 2>/dev/null
}
# The ways of a restart: $ways; choose WAY: its options in $options. The program whose image it is had PID $old.
ways="fresh no-exec"
! capability 40 || ways="$ways exact"
free_pid() { ! grep -qE "^(Tgid|NSpgid|NSsid|Pid):.*[[:space:]]$old\$" /proc/[0-9]*/status; }
choose() {
	case $1 in
	fresh) options="--pids fresh" ;;
	no-exec) options="--pids fresh --test-no-exec" ;;
	exact)
		options="--pids exact"
		wait_for 20 free_pid || fail "PID $old is in use"
		;;
	esac
}
