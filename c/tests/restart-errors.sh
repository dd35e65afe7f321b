#!/bin/sh
# SPDX-License-Identifier: MIT
# restart-errors.sh LIB CHECKPOINT RESTART WATCH PROGRAM SOURCES: every system call of the restarter that can fail does, by fault.h: each time that it is
# made, in each way of a restart. It ends with one line and status 125, or restarts all the same; it never starts half a program.
set -u
lib=$1 checkpoint=$2 restart=$3 watch=$4 program=$5 sources=$6
. "${0%/*}/lib.sh"
. "${0%/*}/failing.sh"
what=begin
begin "$lib"
old=$pid
image=$dir/mycheckpoint
kill -9 "$pid"
wait "$pid" 2>/dev/null
pid=
: >"$dir/go"
nobody() { wait_for 20 "$watch" leftovers "$dir" >"$dir/left" || fail "left over after $what: $("$watch" leftovers "$dir")"; }
passed() { [ "$status" -eq 0 ] && grep -q PASS "$dir/out"; }
failed=0 borne=0
order_and_restart() {
	what="$* ($options)"
	echo "$*" >"$order"
	echo ready >"$dir/out"
	# shellcheck disable=SC2086
	timeout 20 "$watch" run "$restart" $options "$image" </dev/null >"$dir/said" 2>&1
	status=$?
	nobody
	cmp -s "$dir/earlier" "$image" || fail "the image was altered: $what"
}
# Calls that a restart can do without: it takes another way, or asks again.
can_bear() {
	case $1:$2 in
	restart.pipe:* | restart.fork:* | tracer.seize:* | restart.proc:* | restart.read_proc:*) true ;;
	*:4) true ;; # EINTR
	*) false ;;
	esac
}
errors() {
	call=$1 errno=$2 nth=1
	while :; do
		order_and_restart "$call error $errno $nth"
		reached || break
		if passed; then
			can_bear "$call" "$errno" || fail "restarted in spite of $what"
			borne=$((borne + 1))
		else
			[ "$status" -eq 125 ] || fail "status $status after $what: $(cat "$dir/said")"
			grep -v "^ckpt: warning" "$dir/said" >"$dir/lines"
			[ "$(wc -l <"$dir/lines")" -eq 1 ] && grep -q "^ckpt: .*$dir" "$dir/lines" || fail "not one line after $what: $(cat "$dir/said")"
			case $call in
			restart.read_head | restart.read_data)
				grep -q "can't be read.*input/output error" "$dir/lines" || fail "another reason after $what: $(cat "$dir/lines")"
				;;
			esac
			grep -q PASS "$dir/out" && fail "half a program ran: $what"
			failed=$((failed + 1))
		fi
		nth=$((nth + step))
	done
	passed || fail "status $status without $what: $(cat "$dir/said")"
	[ "$nth" -eq 1 ] || seen="$seen$call "
}
bears() {
	order_and_restart "$@"
	passed || fail "status $status after $what: $(cat "$dir/said")"
	! reached || borne=$((borne + 1))
}
far=13
[ "${CKPT_ROUNDS:-1}" -eq 1 ] || far=1
all="$(calls restart) $(calls tracer) $(calls proxy)"
seen=" "
for way in $ways; do
	choose "$way"
	for call in $all; do
		case $call in
		*.thread | proxy.clone) list="11 12" ;; # EAGAIN ENOMEM
		*.map* | *.hole*) list=12 ;;
		*.open* | *.move | *.pipe | restart.proc) list=24 ;; # EMFILE
		*) list=5 ;;
		esac
		step=$far
		[ "$call" != restart.read_head ] || step=1 # each reads another part
		for errno in $list; do
			errors "$call" "$errno"
		done
	done
	for call in restart.read_head restart.read_data restart.read_proc tracer.write; do
		bears "$call error 4 1 3"
		for n in 1 7 4095; do
			# a number of /proc/sys is read in one go or not at all
			[ "$call:$n" != restart.read_proc:1 ] && [ "$call:$n" != restart.read_proc:7 ] || continue
			bears "$call short $n 1 300"
		done
	done
	echo "$way: $failed failed, $borne borne"
done
for call in $all; do
	case $seen in
	*" $call "*) continue ;;
	esac
	case $call in
	proxy.*) [ "$ways" != "${ways#*exact}" ] || continue ;;
	esac
	fail "$call is never made"
done
echo "$failed failed, $borne borne"
