# SPDX-License-Identifier: MIT
# make.sh CC CFLAGS EXAMPLES BUILT PROGRAMS - a copy of c/examples, in a folder with a space in its name, built by make. It gives the
# programs that CMake gives (BUILT), and `make clean` takes them away. The mini of it goes five hops, without ASLR and under gdb, too
# (PROGRAMS: those of points.sh). core/ and static/ are built by make in rooms-make.sh.
set -u
here=${0%/*}
. "$here/../lib.sh"
cc=$1 flags=$2 examples=$3 built=$4 programs=$5
command -v "$cc" >/dev/null || skip "there is no $cc"
copy="$dir/a copy"
mkdir "$copy" && cp -R "$examples"/. "$copy" && cd "$copy" || exit 1
build() { make CC="$cc" CFLAGS="$flags" ROOMS=mini "$@" >"$dir/out" 2>"$dir/err" || fail "make $*"; }
executables() { (cd "$1" && find . -name CMakeFiles -prune -o -path ./core -prune -o -path ./static -prune -o -type f -perm -u+x -print | sort); }
build clean
executables . >"$dir/before"
build all
[ ! -s "$dir/err" ] || fail "$cc warns"
executables . >"$dir/made"
executables "$built" >"$dir/expected"
grep -vxF ./check.sh "$dir/made" | cmp -s - "$dir/expected" || fail "make and CMake differ: $(diff "$dir/made" "$dir/expected")"
[ "$(grep -c test "$dir/made")" -ge 7 ] || fail "there are no tests among what was made"
for point in 02-fs-base 04-five-hops 12-aslr-off-and-gdb; do
	sh "$here/points.sh" mini "$copy/mini" "$programs" $point >"$dir/out" 2>&1
	status=$?
	[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || fail "mini, made so: point $point"
done
build clean
executables . | cmp -s - "$dir/before" || fail "make clean leaves something: $(executables . | diff "$dir/before" -)"
echo PASS
