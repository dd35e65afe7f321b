# SPDX-License-Identifier: MIT
# read() and write() that move fewer bytes than they were asked, and such that are interrupted before they have moved any, at the checkpoint and at
# the restart. And checkpoints while signals arrive all the time.
count=0
# walk_so WHAT [COMMAND]: saved and restarted so; saving or restarting is put behind COMMAND
walk_so() {
	what=$1
	rm -f go.*
	layout=${2:+$2saving}
	begin "$program"
	save
	end_it
	: >go.1
	layout=${2:+$2restarting}
	back
	passes
	layout=
	[ ! -s err ] || fail "$what: something was said"
	count=$((count + 1))
}
case $kind in
core)
	# the seam of the core's own tests: common/fault.h
	export CKPT_FAULT="$dir/order"
	for call in snapshot.write snapshot.read snapshot.smaps restart.read_head restart.read_data restart.read_proc; do
		for how in "error 4 1 3" "short 7 1 300" "short 4095 1 300"; do
			case $call.$how in restart.read_proc.short\ 7*) continue ;; esac # a number of /proc/sys is read in one go
			echo "$call $how" >order
			walk_so "$call $how"
			[ ! -s order ] || fail "$call is never made"
		done
	done
	;;
mini)
	# the C library's calls, behind a library that makes them so, of these two programs alone
	for most in 13 1000 4095; do
		rm -f saving restarting
		walk_so "$most bytes at most" "env LD_PRELOAD=$programs/libtest-point-17-short-calls.so CKPT_SHORT=$most CKPT_SHORT_LOG=$dir/"
		grep -qi w saving || fail "no write was made shorter"
		grep -qi r restarting || fail "no read was made shorter"
	done
	;;
esac

rm -f go.*
begin "$program"
while kill -USR1 "$pid"; do sleep 0.001; done 2>/dev/null &
sending=$!
n=0
while [ "$n" -lt $((10 * ${CKPT_ROUNDS:-1})) ]; do
	save
	n=$((n + 1))
done
kill "$sending"
wait "$sending" 2>/dev/null
end_it
: >go.1
back
passes
[ ! -s err ] || fail "something was said"
grep -q "signals arrived" out || fail "no signals arrived"
echo "$count times short, $n among signals"
