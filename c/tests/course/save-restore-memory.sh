#!/bin/sh
# SPDX-License-Identifier: MIT
# save-restore-memory.sh CC EXAMPLES NO_WX LOOK - three lines in every way to compile it, no page writable and executable at
# once, no file left. CC: one compiler; the other one of gcc and clang is taken too, where it is there.
. "${0%/*}/../lib.sh"
cc=$1
source=$2/save-restore-memory.c
no_wx=$3
look=$4
warnings="-std=gnu17 -Wall -Wextra -Wshadow -Werror"

# three_lines: what $dir/out must be
three_lines() {
	[ "$(wc -l <"$dir/out")" -eq 3 ] || return 1
	[ "$(sed -E -n '/^fnc\(\) runs at address 0x[0-9a-f]+$/p' "$dir/out" | wc -l)" -eq 2 ] || return 1
	own=$(sed -n '1s/.* //p' "$dir/out")
	length=$(sed -E -n "2s/^Memory segment of length ([0-9]+) mmap'ed in at address 0x[0-9a-f]+\$/\\1/p" "$dir/out")
	base=$(sed -n '2s/.* //p' "$dir/out")
	new=$(sed -n '3s/.* //p' "$dir/out")
	[ "$own" != "$new" ] && [ -n "$length" ] && [ $((new)) -ge $((base)) ] && [ $((new)) -lt $((base + length)) ]
}
count=0
try() {
	compiler=$1
	shift
	# shellcheck disable=SC2086
	"$compiler" $warnings "$@" -o "$dir/program" "$source" 2>"$dir/err" || fail "$compiler $*: it does not compile"
	"$no_wx" "$dir/program" >"$dir/out" 2>"$dir/err" || fail "$compiler $*: exit status $?"
	three_lines || fail "$compiler $*: not the three lines"
	count=$((count + 1))
}
compilers=$cc
for other in gcc clang; do
	command -v "$other" >/dev/null && case " $compilers " in *"/$other "* | *" $other "*) ;; *) compilers="$compilers $other" ;; esac
done
for compiler in $compilers; do
	for level in -O0 -O2; do
		try "$compiler" $level
		try "$compiler" $level -fcf-protection=full -fstack-protector-all
	done
	try "$compiler" -O2 -D_FORTIFY_SOURCE=2 -fcf-protection=full -fstack-protector-all -Wl,-z,now
	try "$compiler" -Os
	try "$compiler" -O2 -fno-pie -no-pie
done

# each step looked at; at least these, in this order: written, mapped, read, protected, unmapped. It sees to it, too, that the
# file has no name that could be left behind.
"$cc" -std=gnu17 -O2 -o "$dir/program" "$source" || fail "it does not compile"
LD_PRELOAD=$look "$dir/program" >"$dir/out" 2>"$dir/err" 9>"$dir/steps" || fail "with a look at each step: exit status $?"
three_lines || fail "with a look at each step: not the three lines"
[ "$(cat "$dir/steps")" = wmrpu ] || fail "the steps are $(cat "$dir/steps")"

# and both would see it: a program that does ask for such memory is caught
sed 's/PROT_READ | PROT_WRITE,/PROT_READ | PROT_WRITE | PROT_EXEC,/' "$source" >"$dir/wx.c"
cmp -s "$source" "$dir/wx.c" && fail "nothing to change in the source"
"$cc" -std=gnu17 -o "$dir/wx" "$dir/wx.c" || fail "wx.c does not compile"
"$no_wx" "$dir/wx" >"$dir/out" 2>"$dir/err"
[ $? -eq 159 ] || fail "the filter let it ask for memory that is writable and executable"
LD_PRELOAD=$look "$dir/wx" >"$dir/out" 2>"$dir/err" 9>"$dir/steps"
[ $? -eq 99 ] || fail "the look did not see memory that is writable and executable"

# what can't be written is named
"$dir/program" >/dev/full 2>"$dir/err" && fail "a full output was not noticed"
(ulimit -f 0 && trap '' XFSZ && exec "$dir/program" >/dev/null 2>"$dir/message") && fail "a file that can't be written was not noticed"
(ulimit -f 0 && trap '' XFSZ && "$dir/program" 2>&1 >/dev/null) | grep -q 'cannot write the code: File too large' ||
	fail "a file that can't be written was not named"
echo "PASS: $count ways to compile it"
