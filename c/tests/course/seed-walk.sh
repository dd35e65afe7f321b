#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-walk.sh … N: what the handout tells of testN, at a terminal, with both targets and both spellings.
. "${0%/*}/seed-lib.sh"
n=$1

# Of a run of TARGET from START: what it shows first, then, and last.
number() { case $1 in *counting*) printf '%s\n' "The next counting number is: $2\n" ;; *) printf '%s\n' "Is $2 probably prime?" ;; esac; }
begins() { case $1 in *counting*) printf '%s\n' "Testing for counting, starting with: $2" ;; *) printf '%s\n' "Testing for primes, starting with: $2" ;; esac; }
second() { case $1 in *counting*) number "$1" $(($2 + 1)) ;; *) number "$1" $(($2 + 2)) ;; esac; }
third() { case $1 in *counting*) number "$1" $(($2 + 2)) ;; *) number "$1" $(($2 + 4)) ;; esac; }
last() { case $1 in *counting*) number "$1" $(($2 + 9)) ;; *) number "$1" $(($2 + 18)) ;; esac; }
whole() { printf 'expect %s\nexpect %s\nexpect %s\n' "$(begins "$@")" "$(second "$@")" "$(last "$@")"; }
stars() { printf 'expect %s\\n***  We are running, using test%d. ***\\n%s\\n\n' "$stars" "$n" "$stars"; }
asks() { printf 'expect %s\n' "$question"; }
restarts() {
	[ "$n" = 4 ] && printf '%s\n' 'expect *** RESTARTING:\n' || printf '%s\n' 'expect *** RESTARTING ***\n'
	stars
	asks
}
# interrupted NAME N: ^C after the second line of the run that begins with N
interrupted() {
	printf 'expect %s\nexpect [held]\nkey ^C\n' "$(second "$1" "$2")"
	restarts
}

for name in counting-test primes-test ./counting-test ./primes-test; do
	case $name in
	*counting*) default=1 bad="is not a positive integer" ;;
	*) default=1234567891234567 bad="is not an integer" ;;
	esac
	case $n in
	1)
		play ./test1 "$name" <<END
$(stars)
$(whole "$name" $default)
exit 0
END
		play ./test1 "$name" word <<END
$(stars)
expect 'word' $bad\n
exit 1
END
		;;
	2)
		play ./test2 "$name" 9 <<END
$(stars)
$(asks)
send 21
$(whole "$name" 21)
exit 0
END
		play ./test2 "$name" <<END
$(asks)
key ^C
exit 130
END
		;;
	3)
		play ./test3 "$name" 9 <<END
$(stars)
$(asks)
send 21
$(whole "$name" 21)
expect *** INSIDE EXIT ***\n
$(stars)
$(asks)
send 31
$(whole "$name" 31)
expect *** INSIDE EXIT ***\n
$(asks)
key ^Z
stopped
kill 9
exit 137
END
		;;
	4)
		# not interrupted: as called, and nothing else
		play ./test4 "$name" 9 <<END
$(whole "$name" 9)
without ***
exit 0
END
		echo "once; the first run goes on"
		CKPT_TEST_HOLD=2 play ./test4 "$name" 9 <<END
$(interrupted "$name" 9)
send 101
$(whole "$name" 101)
expect $(third "$name" 9)
expect $(last "$name" 9)
without ***
exit 0
END
		echo "twice: the second stays pending until the new run has ended"
		CKPT_TEST_HOLD="2 4" play ./test4 "$name" 9 <<END
$(interrupted "$name" 9)
send 101
expect $(begins "$name" 101)
expect $(second "$name" 101)
expect [held]
key ^C
expect $(last "$name" 101)
without ***
$(restarts)
send 201
expect $(begins "$name" 201)
expect $(last "$name" 201)
without ***
expect $(third "$name" 9)
expect $(last "$name" 9)
exit 0
END
		echo "at the question it stays pending, too"
		CKPT_TEST_HOLD=2 play ./test4 "$name" 9 <<END
$(interrupted "$name" 9)
key ^C
send 101
expect $(begins "$name" 101)
expect $(last "$name" 101)
without ***
$(restarts)
send 201
expect $(last "$name" 201)
expect $(last "$name" 9)
exit 0
END
		;;
	5)
		play ./test5 "$name" 9 <<END
$(whole "$name" 9)
without ***
exit 0
END
		echo "twice: each at once; it ends when a run is over"
		CKPT_TEST_HOLD="2 4" play ./test5 "$name" 9 <<END
$(interrupted "$name" 9)
send 101
expect $(begins "$name" 101)
$(interrupted "$name" 101)
without $(third "$name" 101)
send 201
$(whole "$name" 201)
exit 0
END
		grep -q "$(third "$name" 9)" "$dir/shown" && fail "the first run went on"
		echo "at the question: it comes anew, as often as one likes"
		CKPT_TEST_HOLD=2 play ./test5 "$name" 9 <<END
$(interrupted "$name" 9)
key ^C
$(restarts)
key ^C
$(restarts)
send 201
$(whole "$name" 201)
exit 0
END
		;;
	esac
done
[ "$n" -ge 4 ] || exit 0
# 5,000 numbers: more than a terminal holds that nobody reads, so it is interrupted while it writes
first=1234567891234567
last=$((first + 9998))
if [ "$n" = 4 ]; then
	play ./test4 primes-test -$first <<END
expect $(begins primes-test $first)
key ^C
$(restarts)
without Is $last probably
send 7
$(whole primes-test 7)
expect Is $last probably prime? No\n
exit 0
END
else
	play ./test5 primes-test -$first <<END
expect $(begins primes-test $first)
key ^C
$(restarts)
send -$first
expect $(begins primes-test $first)
key ^C
$(restarts)
send 7
$(whole primes-test 7)
exit 0
END
	grep -q "Is $last probably" "$dir/shown" && fail "a run of 5,000 was not interrupted"
fi
exit 0
