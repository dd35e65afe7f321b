#!/bin/sh
# SPDX-License-Identifier: MIT
# maps-outside.sh TEST_MAPS_SELF PROC_SELF_MAPS - what proc-self-maps prints is what another process sees in /proc/PID/maps.
. "${0%/*}/../lib.sh"
LC_ALL=C
export LC_ALL
# the two lines of each mapping, from the kernel's text
as_printed() {
	sed -E 's/^([0-9a-f]+)-([0-9a-f]+) (...). [0-9a-f]+ [0-9a-f:]+ [0-9]+ *(.*)$/\4 (\3)\n  Address-range: 0x\1 - 0x\2/; s/^ \(/(nameless) (/'
}
mkfifo "$dir/go" || fail "cannot make a FIFO"
mkdir "$dir/maps" || fail "cannot make a folder"
"$1" "$dir/maps" outside <"$dir/go" >"$dir/printed" 2>"$dir/err" &
pid=$!
exec 3>"$dir/go"
wait_for 20 grep -q ready "$dir/err" || fail "it was never ready"
{
	echo '    *** Memory segments of proc-self-maps ***'
	as_printed <"/proc/$pid/maps"
} >"$dir/expected"
exec 3>&-
wait "$pid" || fail "its exit status is $?"
pid=
[ "$(wc -l <"$dir/expected")" -gt 10000 ] || fail "too few mappings"
grep -q 'so (deleted) (r--)$' "$dir/expected" || fail "no deleted file in it"
grep -q '^(nameless) (---)$' "$dir/printed" || fail "nameless mappings do not say so"
cmp "$dir/expected" "$dir/printed" || fail "it prints something else than the kernel says"

# the program itself, also with its input closed, and with an output that is full
"$2" >"$dir/out" 2>"$dir/err" || fail "proc-self-maps: exit status $?"
[ "$(head -n 1 "$dir/out")" = "    *** Memory segments of $2 ***" ] || fail "its first line"
sed 1d "$dir/out" | sed -E '1~2{/^.+ \([r-][w-][x-]\)$/d};2~2{/^  Address-range: 0x[0-9a-f]+ - 0x[0-9a-f]+$/d}' >"$dir/rest"
[ -s "$dir/rest" ] && fail "lines that are not as they should be: $(cat "$dir/rest")"
grep -q '^\[stack\] (rw-)$' "$dir/out" || fail "no stack"
"$2" <&- >"$dir/out" || fail "with a closed input: exit status $?"
"$2" >/dev/full 2>"$dir/err" && fail "a full output was not noticed"
grep -q 'standard output' "$dir/err" || fail "a full output was not named"
echo PASS
