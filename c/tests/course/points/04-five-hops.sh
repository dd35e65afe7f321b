# SPDX-License-Identifier: MIT
# Saved, killed and restarted five times, one image made from another; then many checkpoints of one process, each image of which
# lives by itself.
rounds=${CKPT_ROUNDS:-1}
hops=$((5 * rounds))
begin "$program" "$hops"
hop=1
while [ "$hop" -le "$hops" ]; do
	wait_for 20 grep -q "^ready $hop\$" out || fail "hop $hop was never reached"
	save
	end_it
	: >"go.$hop"
	back
	hop=$((hop + 1))
done
passes
rm -f go.*

: >go.1
begin "$program" 6
for hop in 2 3 4 5; do
	wait_for 20 grep -q "^ready $hop\$" out || fail "the program stands still after a checkpoint"
	save
	cp "$image" "image.$hop"
	save # twice at one place
	cmp -s "$image" "image.$hop" && fail "the second checkpoint made no image"
	: >"go.$hop"
done
wait_for 20 grep -q "^ready 6\$" out || fail "the program stands still"
end_it
for hop in 2 3 4 5 6; do
	: >"go.$hop"
done
for hop in 2 3 4 5; do
	back "image.$hop"
	passes
done
[ ! -s err ] || fail "something was said"
