#!/bin/sh
# SPDX-License-Identifier: MIT
# failing-machine.sh LIB CHECKPOINT RESTART WATCH PROGRAM SOURCES CASE: a machine that has no more to give: real limits, a real full disk, a real memory
# cgroup, and images that can't be where they are told to be.
set -u
lib=$1 checkpoint=$2 restart=$3 watch=$4 program=$5 sources=$6 case=$7
# a file system of our own needs a mount: root's, or one in a namespace
if [ "$case" = full ] || [ "$case" = disk ] && [ -z "${CKPT_TEST_INSIDE:-}" ]; then
	if [ "$(id -u)" -eq 0 ]; then
		exec unshare -m env CKPT_TEST_INSIDE=1 sh "$0" "$@"
	fi
	unshare -Urm true 2>/dev/null || { echo "SKIP: no mounts in a user namespace here"; exit 77; }
	exec unshare -Urm env CKPT_TEST_INSIDE=1 sh "$0" "$@"
fi
. "${0%/*}/lib.sh"
. "${0%/*}/failing.sh"
image=$dir/mycheckpoint
what=$case
cp "$program" "$dir/program"
# refused DOOR WORDS [FILE]: one line with these words; nothing is left, and the earlier image is as it was
refused() {
	what="$case, $2"
	by "$1"
	[ "$1" = tool ] || wait_for 20 test -s "$dir/err" || fail "no word by $1 of: $2"
	settled
	said_once
	grep -q "$2" "$dir/lines" || fail "no word of '$2' by $1: $(cat "$dir/lines")"
	[ ! -e "$dir/earlier" ] || cmp -s "$dir/earlier" "$image" || fail "the earlier image was altered: $what"
	no_temporary
}
refused_twice() {
	refused tool "$1"
	refused signal "$1"
}
# saved DOOR: a whole image
saved() {
	what="$case by $1"
	rm -f "$image"
	by "$1"
	[ "$status" -eq 0 ] || fail "no image by $1: $(cat "$dir/said")"
	wait_for 20 test -s "$image" || fail "no image by $1: $(cat "$dir/said" "$dir/err")"
	settled
	restarts "$image"
	no_temporary
}
written_or_said() { [ -s "$dir/err" ] || [ -s "$image" ]; }
# new_group MEGABYTES: a memory cgroup in $group, removed at the end
new_group() {
	group=/sys/fs/cgroup/memory/ckpt-test-$$ limit=memory.limit_in_bytes
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || group=/sys/fs/cgroup/ckpt-test-$$ limit=memory.max
	mkdir "$group" 2>/dev/null && [ -e "$group/$limit" ] || skip "no memory cgroup can be made"
	at_end() {
		[ -z "$pid" ] || { kill -9 "$pid"; wait "$pid" 2>/dev/null; pid=; }
		wait_for 5 rmdir "$group"
	}
	echo $(($1 << 20)) >"$group/$limit" || skip "no limit can be set"
}
case $case in
full)
	mkdir "$dir/small"
	image=$dir/small/image
	no_temporary() { [ "$(ls "$dir/small")" = image ] || fail "left in the folder: $(ls "$dir/small")"; }
	mount -t tmpfs -o size=64m ckpt-test "$dir/small" || skip "no tmpfs can be mounted"
	at_end() { umount -l "$dir/small"; }
	for way in "" no-copy; do
		# shellcheck disable=SC2086
		copies $way
		start "$lib" env CKPT_IMAGE="$image" "$dir/program"
		by tool
		[ "$status" -eq 0 ] || fail "no first checkpoint: $(cat "$dir/said")"
		cp "$image" "$dir/earlier"
		settled
		used=$(du -k "$image" | cut -f1)
		# room for the earlier one, and for every part of the next
		more=0 step=$((used / (CKPT_ROUNDS / 2 + 5) / 4 * 4 + 4)) count=0
		while [ "$more" -lt "$used" ]; do
			mount -t tmpfs -o "remount,size=$((used + more))k" ckpt-test "$dir/small" || fail "no remount"
			refused tool "no space left on the device"
			refused signal "no space left on the device"
			more=$((more + step)) count=$((count + 2))
		done
		mount -t tmpfs -o "remount,size=64m" ckpt-test "$dir/small"
		next_is_good_here() { by tool && [ "$status" -eq 0 ] || fail "no checkpoint with room again: $(cat "$dir/said")"; }
		next_is_good_here
		no_temporary
		ends_well
		rm "$image" "$dir/earlier"
	done
	echo "$count sizes"
	;;
disk)
	# a disk that fails: a loop device whose own file can't grow, and later is cut off
	[ "$(id -u)" -eq 0 ] || skip "a loop device needs root"
	mkdir "$dir/small" "$dir/disk"
	mount -t tmpfs -o size=3m ckpt-test "$dir/small" || skip "no tmpfs can be mounted"
	at_end() { umount -l "$dir/disk"; umount -l "$dir/small"; }
	truncate -s 32M "$dir/small/device"
	mkfs.ext2 -q "$dir/small/device" 2>/dev/null && mount -o loop "$dir/small/device" "$dir/disk" || skip "no loop device can be mounted"
	no_temporary() { [ "$(ls "$dir/disk" | grep -vc "lost\|mapped\|kept\|^image$")" -eq 0 ] || fail "left on the disk: $(ls "$dir/disk")"; }
	begin "$lib"
	rm "$dir/earlier"
	ends_well
	image=$dir/disk/image
	start "$lib" env CKPT_IMAGE="$image" "$dir/program"
	refused_twice "input/output error\|no space left" # as the loop device tells it; at the fsync
	[ ! -e "$image" ] || fail "an image that is not on the disk"
	ends_well
	# a page of a mapped file, and an image, that can't be read any more
	mount -t tmpfs -o remount,size=64m ckpt-test "$dir/small"
	head -c 262144 /dev/urandom >"$dir/disk/mapped"
	cp "$dir/mycheckpoint" "$dir/disk/kept"
	image=$dir/mycheckpoint
	start "$lib" "$dir/program" "map=$dir/disk/mapped"
	by tool
	[ "$status" -eq 0 ] || fail "no image of a good disk: $(cat "$dir/said")"
	settled
	cp "$image" "$dir/earlier"
	sync -f "$dir/disk" 2>/dev/null
	for file in mapped kept; do
		dd if="$dir/disk/$file" iflag=nocache count=0 2>/dev/null
	done
	truncate -s 64K "$dir/small/device"
	refused_twice "cannot read the program's memory at 0x.* $dir/disk/mapped: input/output error"
	"$watch" run "$restart" --pids fresh "$dir/disk/kept" </dev/null >"$dir/said" 2>&1
	[ $? -eq 125 ] && [ "$(wc -l <"$dir/said")" -eq 1 ] && grep -q "kept: can't be read.*input/output error" "$dir/said" || fail "the restart said: $(cat "$dir/said")"
	ends_well
	;;
file-size)
	# the shell's unit is 512 or 1024 bytes
	begin "$lib"
	prlimit --pid "$pid" --fsize=1000000:2000000
	refused_twice "file size limit"
	ends_well
	begin "$lib" no-copy
	prlimit --pid "$pid" --fsize=4096:2000000
	refused_twice "file size limit"
	ends_well
	begin "$lib"
	prlimit --pid "$pid" --fsize=4096:unlimited
	saved tool
	saved signal
	ends_well
	;;
descriptors)
	for limit in 3 3:1000; do
		begin "$lib"
		prlimit --pid "$pid" --nofile="$limit"
		saved tool
		saved signal
		ends_well
	done
	;;
address-space)
	begin "$lib"
	size=$(sed -n 's/^VmSize:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")
	prlimit --pid "$pid" --as=$((size * 1024)):unlimited # that is the program's alone
	saved tool
	saved signal
	prlimit --pid "$pid" --as=$(((size + 16384) * 1024))
	saved tool
	saved signal
	cp "$image" "$dir/earlier"
	prlimit --pid "$pid" --as=$((size * 1024))
	refused_twice "out of memory"
	ends_well
	begin "$lib" no-copy
	prlimit --pid "$pid" --as=$(((size + 16384) * 1024))
	saved tool
	cp "$image" "$dir/earlier"
	prlimit --pid "$pid" --as=$(((size + 100) * 1024))
	refused_twice "out of memory"
	ends_well
	;;
pipe)
	# the program's standard error is a pipe that is full, then one that nobody reads
	mkfifo "$dir/pipe"
	sleep 1000 <"$dir/pipe" &
	reader=$!
	settled() { wait_for 20 "$watch" leftovers "$dir" "$pid" "$reader" >/dev/null || fail "left over after $what: $("$watch" leftovers "$dir" "$pid" "$reader")"; }
	at_end() { kill -9 "$reader" 2>/dev/null; }
	start "$lib" sh -c "exec '$dir/program' 2>'$dir/pipe'"
	dd if=/dev/zero of="/proc/$pid/fd/2" oflag=nonblock bs=4096 count=100 2>/dev/null
	mkdir "$image"
	kill -12 "$pid"
	settled
	kill -9 "$reader"
	wait "$reader" 2>/dev/null
	kill -12 "$pid"
	settled
	rmdir "$image"
	saved signal
	ends_well
	;;
processes)
	[ "$(id -u)" -eq 0 ] || skip "another user's limit of processes needs root"
	user=$((100000 + $$))
	: >"$dir/err"
	: >"$dir/out"
	chown "$user" "$dir" "$dir/err" "$dir/out"
	chmod 755 "$dir"
	restart="setpriv --reuid=$user --regid=$user --clear-groups $restart"
	# what has ended counts until the machine's init has reaped it, which takes some of them long
	no_zombies() {
		for status in $(grep -lE "^State:.Z" /proc/[0-9]*/status); do
			! grep -q "^Uid:[[:space:]]*$user" "$status" || return 1
		done
	}
	as_user() { setpriv --reuid=$user --regid=$user --clear-groups "$@"; }
	start "$lib" setpriv --reuid=$user --regid=$user --clear-groups "$dir/program"
	by tool
	[ "$status" -eq 0 ] || fail "no first checkpoint: $(cat "$dir/said")"
	cp "$image" "$dir/earlier"
	settled
	as_user prlimit --pid "$pid" --nproc=3:1000
	refused_twice "ulimit -u"
	# with one more for the helper, but none for a copy, the helper writes; what else counts is the kernel's
	for limit in 4 5 6 7; do
		wait_for 30 no_zombies || fail "nobody reaps what has ended"
		as_user prlimit --pid "$pid" --nproc=$limit:1000
		by tool
		settled
		[ "$status" -ne 0 ] || break
		grep -q "ulimit -u" "$dir/said" || fail "another reason: $(cat "$dir/said")"
	done
	[ "$status" -eq 0 ] || fail "no checkpoint with $limit processes: $(cat "$dir/said")"
	restarts "$image"
	rm "$dir/earlier"
	rm "$image"
	for limit in 4 5 6 7 8; do
		wait_for 30 no_zombies || fail "nobody reaps what has ended"
		as_user prlimit --pid "$pid" --nproc=$limit:1000
		by signal
		wait_for 20 written_or_said || fail "neither an image nor a word"
		settled
		[ ! -e "$image" ] || break
	done
	restarts "$image"
	ends_well
	;;
cgroup)
	new_group 60
	# shellcheck disable=SC2016
	start "$lib" sh -c 'echo $$ >"$1/cgroup.procs"; CKPT_TEST_WRITE=$3 exec "$2" writer' sh "$group" "$dir/program" "$dir/write"
	# the copy stands still, the program writes: its pages are doubled beyond the limit
	for point in snapshot.planned snapshot.created snapshot.head; do
		what="out of memory at $point"
		echo "$point hold" >"$order"
		"$checkpoint" "$pid" >"$dir/message" 2>"$dir/said" &
		tool=$!
		wait_for 20 reached || fail "$point was not reached"
		: >"$dir/write"
		wait "$tool"
		status=$?
		rm "$dir/write"
		grep -v "stands still" "$dir/said" >"$dir/lines"
		[ "$status" -eq 125 ] && [ "$(wc -l <"$dir/lines")" -eq 1 ] || fail "status $status: $(cat "$dir/said")"
		settled
		[ ! -e "$image" ] || fail "an image of a copy that was killed"
		kill -0 "$pid" || fail "the program was killed"
	done
	ends_well
	;;
places)
	begin "$lib"
	mv "$dir/earlier" "$dir/kept"
	# a file that merely looks like a leftover stays; a leftover goes
	touch "$dir/mycheckpoint.tmp.new"
	echo "mine" >"$dir/mycheckpoint.tmp.7"
	ln -s "$dir/kept" "$dir/mycheckpoint.tmp.8"
	mkfifo "$dir/mycheckpoint.tmp.9"
	mkdir "$dir/mycheckpoint.tmp.10"
	head -c 70000 "$dir/kept" >"$dir/mycheckpoint.tmp.11"
	: >"$dir/mycheckpoint.tmp.12"
	head -c 10 "$dir/kept" >"$dir/mycheckpoint.tmp.13"
	by tool
	[ "$status" -eq 0 ] || fail "no image: $(cat "$dir/said")"
	[ "$(cd "$dir" && echo mycheckpoint.tmp.*)" = "mycheckpoint.tmp.10 mycheckpoint.tmp.7 mycheckpoint.tmp.8 mycheckpoint.tmp.9 mycheckpoint.tmp.new" ] ||
		fail "other files stay: $(ls "$dir")"
	[ "$(wc -c <"$dir/kept")" -gt 70000 ] && [ "$(cat "$dir/mycheckpoint.tmp.7")" = mine ] || fail "a user's file was altered"
	rm -rf "$dir"/mycheckpoint.tmp.*
	# a link is replaced, and what it names stays
	echo precious >"$dir/named"
	rm "$image"
	ln -s "$dir/named" "$image"
	by tool
	[ "$status" -eq 0 ] && [ ! -h "$image" ] && [ "$(cat "$dir/named")" = precious ] || fail "a link was followed: $(cat "$dir/said")"
	# what is no regular file stays, as it is
	for kind in folder pipe null; do
		rm -f "$image"
		case $kind in
		folder) mkdir "$image"; words="folder" ;;
		pipe) mkfifo "$image"; words="no regular file\|no image" ;;
		null) ln -s /dev/null "$image"; words="no regular file\|no image" ;;
		esac
		refused tool "$words"
		refused signal "$words"
		rm -rf "$image"
	done
	[ -c /dev/null ] || fail "/dev/null is gone"
	ends_well
	# a name that is too long, a folder that is gone or may not be written to
	mkdir "$dir/place"
	long=$(printf %0250d 0)
	start "$lib" env CKPT_IMAGE="$dir/place/$long" "$dir/program"
	refused_twice "name is too long"
	ends_well
	start "$lib" env CKPT_IMAGE="$dir/place/image" "$dir/program"
	chmod a-w "$dir/place"
	[ "$(id -u)" -eq 0 ] || refused_twice "permission"
	rmdir "$dir/place"
	refused_twice "no folder\|no such folder"
	echo "no folder" >"$dir/place"
	refused_twice "no folder\|not a folder"
	ends_well
	# a path of a program that has gone to another folder since
	rm "$dir/place"
	mkdir "$dir/place"
	start "$lib" sh -c "cd '$dir/place' && CKPT_IMAGE=image exec '$dir/program'"
	image=$dir/place/image
	saved tool
	saved signal
	ends_well
	;;
time)
	# a program with real-time priority and little CPU time left: its snapshot has neither
	begin "$lib"
	chrt -f -a -p 5 "$pid" 2>/dev/null || skip "no real-time priority here"
	prlimit --pid "$pid" --cpu=1000:2000 --rttime=1000000:2000000
	rm "$dir/earlier" "$image"
	echo "snapshot.created hold" >"$order"
	kill -12 "$pid"
	wait_for 20 reached || fail "snapshot.created was not reached"
	held=$(echo "$image".tmp.*)
	held=${held##*.}
	chrt -p "$held" | grep -q SCHED_OTHER || fail "$(chrt -p "$held")"
	grep -q "^Max cpu time *2000 *2000 " "/proc/$held/limits" || fail "$(grep cpu "/proc/$held/limits")"
	grep -q "^Max cpu time *1000 *2000 " "/proc/$pid/limits" || fail "the program's own limit was changed"
	kill -CONT "$held"
	wait_for 20 test -s "$image" || fail "no image"
	chrt -p "$pid" | grep -q SCHED_FIFO || fail "the program lost its priority"
	ends_well
	;;
restart-cgroup)
	# a restart for which there is too little memory is killed, and nothing is left of it; with more it succeeds
	begin "$lib"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
	: >"$dir/go"
	new_group 2
	for megabytes in 2 40; do
		what="restart with $megabytes MiB"
		echo $((megabytes << 20)) >"$group/$limit"
		# shellcheck disable=SC2016
		"$watch" run sh -c 'echo $$ >"$1/cgroup.procs"; exec "$2" --pids fresh "$3"' sh "$group" "$restart" "$image" </dev/null >"$dir/said" 2>&1
		status=$?
		wait_for 20 "$watch" leftovers "$dir" >/dev/null || fail "left over $what: $("$watch" leftovers "$dir")"
		case $megabytes in
		2) [ "$status" -eq 137 ] || fail "status $status: $(cat "$dir/said")" ;;
		*) [ "$status" -eq 0 ] && grep -q PASS "$dir/out" || fail "status $status $what: $(cat "$dir/said")" ;;
		esac
		cmp -s "$dir/earlier" "$image" || fail "the image was altered: $what"
	done
	;;
restart)
	# a restart under limits: it succeeds, or ends with one line and status 125; nothing is left of it
	begin "$lib"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	pid=
	: >"$dir/go"
	good=0 bad=0
	# with LIMIT…: restarts with these options of prlimit
	with() {
		what="restart with $*"
		echo ready >"$dir/out"
		"$watch" run prlimit "$@" "$restart" --pids fresh --force "$image" </dev/null >"$dir/said" 2>&1
		status=$?
		wait_for 20 "$watch" leftovers "$dir" >/dev/null || fail "left over $what: $("$watch" leftovers "$dir")"
		cmp -s "$dir/earlier" "$image" || fail "the image was altered: $what"
		if [ "$status" -eq 0 ]; then
			grep -q PASS "$dir/out" || fail "half a program: $what"
			good=$((good + 1))
			return
		fi
		[ "$status" -eq 125 ] && [ "$(grep -vc "^ckpt: warning" "$dir/said")" -eq 1 ] && grep -q "^ckpt: .*$dir" "$dir/said" ||
			fail "status $status $what: $(cat "$dir/said")"
		bad=$((bad + 1))
		[ "${CKPT_ROUNDS:-1}" -eq 1 ] || echo "$*: $(cat "$dir/said")"
	}
	for n in 0 1 2 3 4 5 6 8 10 20; do
		with --nofile=$n:$n
	done
	with --nofile=3:1000
	[ "$good" -ge 2 ] && [ "$bad" -ge 3 ] || fail "$good descriptors were enough, $bad too few"
	for n in 5 10 15 20 40 60 80 200; do
		with --as=$((n << 20)):$((n << 20))
	done
	with --as=$((5 << 20)):unlimited
	with --data=$((1 << 20)):$((1 << 20))
	echo "$good restarted, $bad refused"
	if [ "$(id -u)" -eq 0 ]; then
		user=$((200000 + $$))
		chmod 755 "$dir"
		chmod 666 "$dir/out" "$dir/err"
		chown $user "$image"
		good=0 bad=0
		for n in 1 2 3 4 5 6; do
			with --nproc=$n:$n setpriv --reuid=$user --regid=$user --clear-groups
		done
		[ "$good" -ge 1 ] && [ "$bad" -ge 1 ] || fail "processes: $good restarted, $bad refused"
		echo "$good restarted, $bad refused"
	fi
	;;
same-path)
	# the file of a snapshot is taken for a leftover by another one before it is locked: it is made again
	begin "$lib"
	first=$pid
	rm "$dir/earlier"
	at_end() { kill -9 "$first" 2>/dev/null; }
	for point in snapshot.unlocked snapshot.created; do
		pid=$first
		what="held at $point"
		settled
		rm -f "$image"
		echo "$point hold" >"$order"
		kill -12 "$first"
		wait_for 20 reached || fail "$point was not reached"
		held=$(echo "$image".tmp.*)
		held=${held##*.}
		wait_for 20 grep -q "^State:.T" "/proc/$held/status" || fail "process $held does not stop"
		(
			pid=
			trap - EXIT
			start "$lib" "$dir/program" alone
			"$checkpoint" "$pid" >"$dir/message" 2>"$dir/said" || echo no
			kill -9 "$pid"
		) >"$dir/second" 2>&1
		[ ! -s "$dir/second" ] && [ -s "$image" ] || fail "no image of the second program: $(cat "$dir/second" "$dir/said")"
		cp "$image" "$dir/second"
		if [ "$point" = snapshot.created ]; then
			[ -e "$image.tmp.$held" ] || fail "the file of a living snapshot was removed"
		else
			[ ! -e "$image.tmp.$held" ] || fail "an unlocked file was not taken for a leftover"
		fi
		: >"$dir/err"
		kill -CONT "$held"
		settled
		[ ! -s "$dir/err" ] || fail "the first one failed: $(cat "$dir/err")"
		! cmp -s "$image" "$dir/second" || fail "no image of the first program"
		no_temporary
		restarts "$image"
	done
	ends_well
	;;
*) fail "no such case" ;;
esac
echo PASS
