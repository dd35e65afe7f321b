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
