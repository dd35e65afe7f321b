#!/bin/sh
# SPDX-License-Identifier: MIT
# seed-launcher.sh …: how the launcher finds its library and the target, and what it says when it can't.
. "${0%/*}/seed-lib.sh"
missing='*** Missing target executable or no such file.'

command="no target"
: >"$dir/text"
mkdir "$dir/folder"
printf '#!/no/such/shell\n' >"$dir/script"
chmod +x "$dir/script"
ln -s nowhere "$dir/dangling"
mkdir "$dir/closed" && chmod 0 "$dir/closed" # a folder in PATH that an ordinary user may not search
PATH=$PATH:$dir/closed
for n in 1 2 3 4 5; do
	piped ./test$n
	ends 1
	is err "$missing"
	for name in no-such-target ./no-such-target "$dir/dangling" ''; do
		piped ./test$n "$name"
		ends 1
		is err "$missing"
	done
	for name in "$dir/text" "$dir/folder" "$dir/script"; do
		piped ./test$n "$name"
		ends 1
		is err "Executable '$name' not found."
	done
done

command="another name"
piped ./launcher counting-test
ends 1
grep -q 'test1, test2' "$dir/err" || fail "$command"

command="through PATH, from another folder"
cp "$target" "$dir/folder/my-target"
cd "$dir/folder" || exit 1
for n in 1 2 3 4 5; do
	PATH=$examples:$PATH LD_PRELOAD="$quick" test$n my-target hello </dev/null >"$dir/out" 2>"$dir/err"
	case $n in
	1 | 4 | 5) is out "2 arguments: my-target, hello, NULL" ;;
	*) grep -q "using test$n" "$dir/err" || fail "$command: test$n" ;;
	esac
done
command="a target that is in PATH only"
PATH=$dir/folder:$PATH
cd "$examples" || exit 1
piped ./test1 my-target hello
is out "2 arguments: my-target, hello, NULL"
is err "$(banner 1)"

command="folders whose names LD_PRELOAD can't hold"
for folder in 'a folder' 'co:lon' '$ORIGIN'; do
	mkdir "$dir/$folder"
	cp "$examples"/test? "$examples"/libconstructor?.so "$examples/counting-test" "$target" "$dir/$folder"
	for way in here there path; do
		[ "$folder,$way" != co:lon,path ] || continue # PATH is split at colons
		case $way in
		here) cd "$dir/$folder" && prefix=./ ;;
		there) cd / && prefix=$dir/$folder/ ;;
		path) cd / && prefix= ;;
		esac
		for n in 1 2 3 4 5; do
			command="$folder, $way, test$n"
			saved=$PATH
			[ $way != path ] || PATH="$dir/$folder"
			echo hello | LD_PRELOAD="$quick" "${prefix}test$n" "$target" hello >"$dir/out" 2>"$dir/err"
			PATH=$saved
			head -n 1 "$dir/out" >"$dir/first"
			is first "2 arguments: $target, hello, NULL"
			[ $n -gt 3 ] || grep -q "using test$n" "$dir/err" || fail "$command"
			! grep -q ld.so "$dir/err" || fail "$command"
		done
	done
	cd "$dir/$folder" || exit 1
	command="$folder: nothing stays open"
	"$target" descriptors >"$dir/expected"
	./test1 "$target" descriptors >"$dir/out" 2>"$dir/err"
	cmp "$dir/expected" "$dir/out" || fail "$command"
	command="$folder: children"
	./test1 "$target" child >"$dir/out" 2>"$dir/err"
	is out "child: none"
	is err "$(banner 1)"
done
cd "$examples" || exit 1

command="LD_PRELOAD is extended"
for n in 1 2 3 4 5; do
	export CKPT_TEST_SAY=1
	echo hello | LD_PRELOAD="$quick" ./test$n "$target" hello >"$dir/out" 2>"$dir/err"
	unset CKPT_TEST_SAY
	[ "$(grep -c 'quick sleep' "$dir/err")" -eq 2 ] || fail "$command: test$n" # in the launcher and in the target
	head -n 1 "$dir/out" >"$dir/first"
	is first "2 arguments: $target, hello, NULL"
done

command="a target without -rdynamic"
piped ./test1 "$hidden" hello
ends 0
is out "2 arguments: $hidden, hello, NULL"
for n in 2 3 4 5; do
	piped ./test$n "$hidden" hello </dev/null
	ends 1
	is err "*** The main() of '$hidden' can't be seen: it must be linked with -rdynamic."
done

command="a missing library"
cp "$examples/test1" "$dir/folder/test1"
piped "$dir/folder/test1" counting-test
ends 1
grep -q 'libconstructor1.so' "$dir/err" || fail "$command"
exit 0
