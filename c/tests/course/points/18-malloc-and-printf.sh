# SPDX-License-Identifier: MIT
# Checkpoints at any moment of a program that is in malloc() or printf() all the time; now and then an image is restarted, and the
# program goes on from there. Four threads with the core; mini refuses them, and saves one.
rounds=$((200 * ${CKPT_ROUNDS:-1}))
threads=1
if [ "$kind" = core ]; then
	threads=4 rounds=$((rounds / 2))
else
	refuses thread "$program" 4 "$dir/lines"
fi
# lines come: it is the program again
moves() { [ "$(stat -c %z lines.0)" != "$stamp" ]; }
any_moment() { sleep "0.00$(od -An -N1 -tu1 /dev/urandom | awk '{ print $1 % 10 }')"; }
begin "$program" "$threads" "$dir/lines"
n=0
while [ "$n" -lt "$rounds" ]; do
	save
	n=$((n + 1))
	if [ $((n % 20)) -eq 0 ]; then
		end_it
		stamp=$(stat -c %z lines.0)
		back
		wait_for 5 moves || fail "it did not come back"
	fi
	any_moment
done
passes
[ ! -s err ] || fail "something was said"
echo "$rounds checkpoints"
