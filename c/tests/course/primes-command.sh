#!/bin/sh
# SPDX-License-Identifier: MIT
# primes-command.sh PRIMES_TEST NO_SLEEP - the command line of primes-test: its lines, its pace, what it refuses. factor(1) says
# what is prime.
. "${0%/*}/../lib.sh"
primes=$1
no_sleep=$2

# by_factor: reads numbers, writes the lines of primes-test
by_factor() {
	factor | sed -E 's/^([0-9]+): [0-9]+$/Is \1 probably prime? Yes/; s/^([0-9]+):.*/Is \1 probably prime? No/'
}
# ten numbers, one a second: each followed by sleep(1)
for start in 0 1 2 3 97 1234567891234567 9223372036854775783 18446744073709551597; do
	: >"$dir/pace"
	LD_PRELOAD=$no_sleep "$primes" "$start" >"$dir/out" 2>"$dir/err" 9>"$dir/pace" || fail "$start: exit status $?"
	[ "$(cat "$dir/pace")" = 1111111111 ] || fail "$start: its pace is '$(cat "$dir/pace")'"
	[ "$(head -n 1 "$dir/out")" = "Testing for primes, starting with: $start" ] || fail "$start: its first line"
	for i in 0 2 4 6 8 10 12 14 16 18; do
		# the shell counts in 63 bits: the last digits are enough
		head=${start%????}
		[ "$head" = "$start" ] && head=
		tail=${start#"$head"}
		printf '%s%0*d\n' "$head" ${#tail} "$((${tail#"${tail%%[!0]*}"} + i))"
	done >"$dir/numbers"
	by_factor <"$dir/numbers" >"$dir/expected"
	sed 1d "$dir/out" | cmp - "$dir/expected" || fail "$start: not what factor says"
done
# 5,000 numbers without a pause
for start in 0 1 9223372036854770001 18446744073709541617; do
	: >"$dir/pace"
	LD_PRELOAD=$no_sleep "$primes" "-$start" >"$dir/out" 2>"$dir/err" 9>"$dir/pace" || fail "-$start: exit status $?"
	[ -s "$dir/pace" ] && fail "-$start: it pauses"
	[ "$(head -n 1 "$dir/out")" = "Testing for primes, starting with: $start" ] || fail "-$start: its first line"
	[ "$(wc -l <"$dir/out")" -eq 5001 ] || fail "-$start: not 5,000 numbers"
	step=1
	[ ${#start} -gt 5 ] && step=25 # of the large ones some are enough for factor
	sed -E -n "2~${step}s/^Is ([0-9]+) probably prime\\? (Yes|No)\$/\\1/p" "$dir/out" >"$dir/numbers"
	[ "$(wc -l <"$dir/numbers")" -eq $((5000 / step)) ] || fail "-$start: lines that are not as they should be"
	sed -n "2~${step}p" "$dir/out" >"$dir/some"
	by_factor <"$dir/numbers" | cmp - "$dir/some" || fail "-$start: not what factor says"
done
[ "$(sed -n '$s/^Is \([0-9]*\) .*/\1/p' "$dir/out")" = 18446744073709551615 ] || fail "the last is not 2^64 - 1"

# what is refused: nothing on standard output, a sentence, exit status 1
refused() {
	words=$1
	shift
	"$primes" "$@" >"$dir/out" 2>"$dir/err"
	[ $? -eq 1 ] || fail "'$*': not exit status 1"
	[ -s "$dir/out" ] && fail "'$*': something on standard output"
	grep -q "$words" "$dir/err" || fail "'$*': it does not say '$words'"
}
for word in '' abc 12x 1.5 ' 5' '5 ' +5 - --5 -x '- 5' 0x10 1e3 '5
'; do
	refused 'is not an integer' "$word"
done
for huge in 18446744073709551598 18446744073709551615 18446744073709551616 99999999999999999999999999 \
	-18446744073709541618 -18446744073709551616; do
	refused 'is too large' "$huge"
done
refused '^usage: ' 5 7
# without a number: the one of the handout
LD_PRELOAD=$no_sleep "$primes" 9>"$dir/pace" | head -n 1 | grep -q ': 1234567891234567$' || fail "its default"
echo PASS
