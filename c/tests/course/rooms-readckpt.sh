#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms-readckpt.sh CORE CKPT-CHECKPOINT TEST-REGISTERS: what readckpt says of an image, against readelf of the same image, and against what
# the program is known to have in its registers.
set -u
core=$1 tool=$2 program=$3
. "${0%/*}/../lib.sh"
command -v readelf >/dev/null || skip "there is no readelf"
cd "$dir" || exit 1
"$core/ckpt" "$program" </dev/null >out 2>err &
pid=$!
wait_for 20 grep -q ready out || fail "it was never ready"
until grep -q 'rax  *0x00000000000000aa' registers 2>/dev/null; do # it may not be in its loop yet
	"$tool" "$pid" >message 2>&1 || fail "no image"
	"$core/readckpt" >said 2>err || fail "readckpt"
	sed -n '/Registers/,$p' said >registers
done
kill -9 "$pid"
grep -qx "    \*\*\* Registers of thread $pid \*\*\*" registers || fail "which thread"
pid=
[ "$(wc -l <registers)" -eq 28 ] || fail "$(wc -l <registers) lines of registers"
for register in r15:1111222233334444 r14:0000000015151515 r12:fffffffffffffffe r10:0102030405060708 r9:0000000000000099 r8:0000000000000088 \
	rcx:00000000000000cc rdx:00000000000000dd rsi:0000000000000051 rdi:00000000000000d1 orig_rax:ffffffffffffffff cs:0000000000000033; do
	grep -qx "  $(printf '%-9s' "${register%:*}")0x${register#*:}" registers || fail "register $register: $(cat registers)"
done
[ "$(readelf -nW mycheckpoint 2>/dev/null | grep -c PRSTATUS)" -eq 1 ] || fail "number of threads"

# Every segment, less [vsyscall], is tiled by the PT_LOADs of its protection.
readelf -lW mycheckpoint 2>/dev/null | sed -n 's/^ *LOAD *0x[0-9a-f]* \(0x[0-9a-f]*\) 0x[0-9a-f]* 0x[0-9a-f]* \(0x[0-9a-f]*\) \(...\) .*/\1 \2 \3/p' >loads
sed -n '1!{/^    \*\*\*/q;p;}' said | sed -n 'h;n;H;x;s/^.* (\(...\))\n  Address-range: \(0x[0-9a-f]*\) - \(0x[0-9a-f]*\)$/\2 \3 \1/p' | grep -v '^0xff' >segments
[ "$(wc -l <segments)" -ge 10 ] || fail "too few segments"
exec 3<loads
while read -r start end prot; do
	at=$((start))
	letters=$(echo "$prot" | sed 's/-/ /g; s/r/R/; s/w/W/; s/x/E/')
	while [ "$at" -lt $((end)) ]; do
		IFS= read -r load <&3 || fail "no PT_LOAD at $start"
		[ "${load#* * }" = "$letters" ] || fail "$prot at $start, but $load"
		size=${load#* }
		[ $((${load%% *})) -eq "$at" ] || fail "PT_LOAD $load, but segment $start"
		at=$((at + ${size%% *}))
	done
	[ "$at" -eq $((end)) ] || fail "a PT_LOAD goes beyond $end"
done <segments
read -r load <&3 && fail "PT_LOAD $load lies in no segment"
head -1 said | grep -qx '    \*\*\* Memory segments of mycheckpoint \*\*\*' || fail "first line"
grep -q '^\[heap\] (rw-)$' said && grep -q '^\[stack\] (rw-)$' said || fail "no heap or stack"
grep -qx "$(readlink -f "$program") (r-x)" said || fail "its own text is not there"
