#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-answers.sh …: answers that are no good number, at a terminal. What is wrong is said by the target.
. "${0%/*}/seed-lib.sh"
long=$(printf '%04000d' 0 | tr 0 8)
for case in \
	"counting-test:word:'word' is not a positive integer" \
	"counting-test:-5:'-5' is not a positive integer" \
	"counting-test:-99999999999999999999:'-99999999999999999999' is not a positive integer" \
	"counting-test:0:'0' is not a positive integer" \
	"counting-test:7 up:'7 up' is not a positive integer" \
	"counting-test::'' is not a positive integer" \
	"counting-test:99999999999999999999:'99999999999999999999' is too large: counting would overflow" \
	"counting-test:2147483639:'2147483639' is too large: counting would overflow" \
	"counting-test:$long:$long' is too large: counting would overflow" \
	"primes-test:word:'word' is not an integer" \
	"primes-test::'' is not an integer" \
	"primes-test:99999999999999999999:'99999999999999999999' is too large: it would go past 64 bits" \
	"primes-test:-99999999999999999999:'-99999999999999999999' is too large: it would go past 64 bits"; do
	name=${case%%:*}
	case=${case#*:}
	answer=${case%%:*}
	words=${case#*:}
	case $name in
	counting*) after='The next counting number is: 7\nThe next counting number is: 8\n' ;;
	*) after='Is 8 probably prime? No\nIs 10 probably prime? No\n' ;;
	esac
	interrupted="expect ${after%%\\n*}
expect [held]
key ^C
expect $question"
	play "./test2" "$name" <<END
expect $question
send $answer
expect $words\n
exit 1
END
	# it asks again
	play ./test3 "$name" <<END
expect $question
send $answer
expect $words\n
expect *** INSIDE EXIT ***\n
expect $question
key ^C
exit 130
END
	# the first run goes on
	CKPT_TEST_HOLD=2 play ./test4 "$name" 6 <<END
$interrupted
send $answer
expect $words\n
expect ${after#*\\n}
exit 0
END
	CKPT_TEST_HOLD=2 play ./test5 "$name" 6 <<END
$interrupted
send $answer
expect $words\n
exit 1
END
	# with another ^C it asks again
	CKPT_TEST_HOLD=2 play ./test5 "$name" 6 <<END
$interrupted
type half an ans
expect half
key ^C
expect $question
send 9
expect 9
exit 0
END
done
# the end of the input, ^D
for n in 2 3; do
	play ./test$n counting-test <<END
expect $question
key ^D
expect \n$ended\n
exit 1
END
done
for n in 4 5; do
	CKPT_TEST_HOLD=2 play ./test$n counting-test <<END
expect number is: 2\n
expect [held]
key ^C
expect $question
key ^D
expect \n$ended\n
exit 1
END
done
# a run that ends before, as the input does
play ./test3 counting-test <<END
expect $question
send 5
expect number is: 14\n
expect $question
key ^D
expect $ended
exit 1
END
# a handler that was called in the middle of something: see seed-target.c
play ./test4 "$target" read <<END
expect reading
key ^C
expect $question
send mask
expect SIGINT is blocked
send the rest
expect has read: the rest
exit 0
END
play ./test5 "$target" read <<END
expect reading
key ^C
expect $question
send read
expect reading
key ^C
expect $question
send read
expect reading
send the rest
expect has read: the rest
exit 0
END
play ./test5 "$target" read <<END
expect reading
key ^C
expect $question
send mask
expect SIGINT is open
exit 0
END
exit 0
