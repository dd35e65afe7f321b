# SPDX-License-Identifier: MIT
# Without randomisation of addresses: saved so and restarted with it, the other way round, and without it both times; and under gdb.
program=$programs/test-point-04-five-hops
if setarch -R true 2>/dev/null; then
	for saved in "setarch -R" ""; do
		for run_on in "setarch -R" ""; do
			rm -f go.*
			layout=$saved
			begin "$program" 2
			save
			end_it
			layout=$run_on
			back
			: >go.1
			wait_for 20 grep -q "^ready 2\$" out || fail "saved with '$saved', it does not run on with '$run_on'"
			save
			end_it
			: >go.2
			layout=$saved
			back
			passes
		done
	done
	[ ! -s err ] || fail "something was said"
else
	echo "note: the address layout can't be fixed here"
fi

if ! command -v gdb >/dev/null; then
	echo "note: there is no gdb"
	return
fi
# Under a debugger that lets the signal through. Its own descriptors are the program's.
printf '%s\n' "set debuginfod enabled off" "handle SIGUSR2 nostop noprint pass" run >commands
debugger="gdb -nx -batch -return-child-result -x $dir/commands --args"
inferior() { cat /proc/"$pid"/task/*/children; }
lines() { grep -c "^ckpt: " err; }
rm -f go.*
layout=$debugger
begin "$program" 2
case $kind in
core)
	# it needs ptrace for itself, and says so
	kill -12 "$(inferior)"
	wait_for 20 said "^ckpt: .*traced by process $pid" || fail "it did not say why it can't be saved under a debugger"
	: >go.1
	: >go.2
	passes
	[ "$(lines)" -eq 1 ] || fail "not one line"
	layout=
	rm -f go.*
	begin "$program" 2
	save
	;;
mini)
	rm -f "$image"
	kill -12 "$(inferior)"
	wait_for 20 test -s "$image" || fail "no image under a debugger"
	;;
esac
# the debugger, where there is one, takes the program with it
end_it
: >go.1
: >go.2
for layout in "" "$debugger"; do
	back
	passes
done
