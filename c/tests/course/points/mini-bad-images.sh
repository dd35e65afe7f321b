# SPDX-License-Identifier: MIT
# Files that are no whole image of mini: one line that names the file, status 125, and nothing has run.
# refused WHAT FILE…: so it is
refused() {
	what=$1
	shift
	"$room/restart" "$@" >shown 2>message </dev/null
	[ $? -eq 125 ] || fail "$what: another status"
	[ "$(wc -l <message)" -eq 1 ] && grep -q "^ckpt: .*$1" message || fail "$what: not one line that names $1"
	[ ! -s shown ] || fail "$what: something has run"
}
cp "$programs/test-point-02-fs-base" ./program
begin ./program
save
end_it
size=$(stat -c %s "$image")
header=4900 # bytes, less than there are
n=0
for length in 0 1 8 100 4096 "$header" $((header + 1000)) $((size / 4)) $((size / 2)) $((size - 4096)) $((size - 49)) $((size - 48)) $((size - 1)); do
	head -c "$length" "$image" >cut
	refused "cut to $length bytes" cut
	n=$((n + 1))
done
refused "no file" nothing
refused "a folder" /
refused "a program" ./program
: >cut
mkfifo fifo
refused "a pipe that nobody writes to" fifo
"$room/restart" a b 2>message
[ $? -eq 2 ] && grep -q "^usage: " message || fail "two arguments"
for name in cut nothing ./program; do
	"$room/readckpt" "$name" >shown 2>message
	[ $? -eq 1 ] && [ "$(wc -l <message)" -eq 1 ] && grep -q "^readckpt: $name: " message || fail "readckpt $name"
done
mv program elsewhere
refused "its program is gone" "$image"
mv elsewhere program
back
passes
echo "$n times cut"
