# SPDX-License-Identifier: MIT
# A checkpoint that can't be written: a file may not be so large, the file system is full in the middle of it or has no inode more, the folder is
# gone. The program runs on, one line says why, the earlier image is whole, nothing else is left; and the next checkpoint works.

# A namespace of our own, in which a small file system can be mounted: at once, or in a user namespace.
if [ -z "${CKPT_POINT_MOUNT:-}" ]; then
	CKPT_POINT_MOUNT=no
	for options in -m -Urm; do
		! unshare "$options" mount -t tmpfs none "$dir" 2>/dev/null || CKPT_POINT_MOUNT=$options
	done
	export CKPT_POINT_MOUNT
	if [ "$CKPT_POINT_MOUNT" != no ]; then
		cd / && finish
		trap - EXIT
		exec unshare "$CKPT_POINT_MOUNT" sh "$0" "$@"
	fi
	echo "note: nothing can be mounted here: no full file system is tried"
fi

folder=$dir/images
image=$folder/mycheckpoint
export CKPT_IMAGE="$image"

# fails: this checkpoint does
fails() {
	: >err
	kill -12 "$pid" || fail "$what: the program is gone"
	wait_for 20 said "^ckpt: .*\($words\)" || fail "$what: it did not say why"
	[ "$(wc -l <err)" -eq 1 ] || fail "$what: not one line"
	[ -d "$folder" ] || return 0
	cmp -s earlier "$image" || fail "$what: the earlier image was altered"
	nothing_left "$folder"
}
# next N: the program goes on to step N
next() {
	: >"go.$(($1 - 1))"
	wait_for 20 grep -q "^ready $1\$" out || fail "$what: the program was harmed"
}
# one WHAT WORDS ON OFF [ARGS…]: with the obstacle of the command ON there is no checkpoint, after OFF there is
one() {
	what=$1 words=$2 on=$3 off=$4
	shift 4
	rm -f go.*
	begin "$program" "$@"
	save
	cp "$image" earlier
	$on
	fails
	fails
	echo "$what: $(cat err)"
	: >err
	$off
	save
	cmp -s "$image" earlier && fail "$what: no new image"
	end_it
	for step in 1 2 3; do
		: >"go.$step"
	done
	back
	passes
	[ ! -s err ] || fail "$what: something was said"
	rm "$image"
}
fill() { touch "$folder/filler"; }
clear() { rm "$folder/filler"; }
away() { mv "$folder" "$folder.away"; }
here_again() { mv "$folder.away" "$folder"; }

mkdir "$folder" || exit 1
# the program grows, and gives it back
one "file size limit" "file size limit\|too large" "next 2" "next 3" $((8 << 20))
one "no folder" "no such\|not there" away here_again
if [ "$CKPT_POINT_MOUNT" != no ]; then
	mount -t tmpfs -o size=12m none "$folder" || fail "it was to be mounted"
	one "file system full" "no space" "next 2" "next 3"
	umount "$folder"
	mount -t tmpfs -o nr_inodes=3 none "$folder" || fail "it was to be mounted"
	one "no inode" "no space" fill clear
	umount "$folder"
fi
