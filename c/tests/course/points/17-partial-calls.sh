# SPDX-License-Identifier: MIT
# read() and write() that move less than they were asked, by one byte or many, and such that are interrupted before they have moved any. Then the
# same with signals that arrive all the time.
program=$programs/test-point-04-five-hops
count=0
# walk_so WHAT: saved and restarted so
walk_so() {
	what=$1
	rm -f go.*
	: >go.1
	begin "$program" 2
	save
	end_it
	: >go.2
	back
	passes
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
esac
echo "$count times"
