# SPDX-License-Identifier: MIT
# Under the final name there is a whole image at every moment: while others are made, one after the other, and when the program
# is killed in the middle of one.
rounds=$((12 * ${CKPT_ROUNDS:-1}))
asking=
at_end() { [ -z "$asking" ] || kill -9 "$asking" 2>/dev/null; }
# lives WHEN: the program of the image checks all that it has
lives() {
	passed=$(grep -c "^PASS" out)
	(restarted "$image") </dev/null >>out 2>copy || fail "the image is torn $1: $(cat copy)"
	[ "$(grep -c "^PASS" out)" -eq $((passed + 1)) ] || fail "the image is torn $1: $(cat copy)"
}
# 0 to 49 ms
any_moment() { sleep "0.0$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%02d", $1 % 50 }')"; }

begin "$program"
save
while kill -12 "$pid"; do sleep 0.01; done 2>/dev/null &
asking=$!
images=
n=0
while [ "$n" -lt "$rounds" ]; do
	lives "while others are made"
	images="$images $(stat -c %i%Y%Z "$image")"
	n=$((n + 1))
done
# shellcheck disable=SC2086
[ "$(printf '%s\n' $images | sort -u | wc -l)" -gt 1 ] || fail "no others were made"
kill "$asking"
wait "$asking" 2>/dev/null
asking=
end_it

killed=0
n=0
while [ "$n" -lt "$rounds" ]; do
	begin "$program"
	before=$(stat -c %i "$image")
	kill -12 "$pid"
	any_moment
	end_it
	[ "$(stat -c %i "$image")" != "$before" ] || killed=$((killed + 1))
	lives "after a kill"
	n=$((n + 1))
done
echo "$killed of $rounds killed before the new image was whole"

# what they left goes with the next checkpoint
begin "$program"
save
wait_for 5 nothing_left
