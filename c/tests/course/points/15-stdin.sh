# SPDX-License-Identifier: MIT
# A program that is saved while it reads its standard input, from a file and from a pipe: no line is skipped, none comes twice, whether they lie in its
# buffer, in the pipe, or still in the file. Nor does the checkpoint of a program that goes on take any.
n=0
while [ "$n" -lt 500 ]; do
	echo "line $n of the input, which is longer than one buffer of the C library"
	n=$((n + 1))
done >lines
for way in lines bytes; do
	for killed in yes no; do
		what="$way of a file, killed: $killed"
		input=$dir/lines
		begin "$program" "$way" "$dir/copy"
		save
		if [ "$killed" = yes ]; then
			end_it
			back
		fi
		passes
		cmp lines copy || fail "$what: other lines"

		# In a pipe: it is kept open here, so that what is in it stays when the program is killed.
		what="$way of a pipe, killed: $killed"
		mkfifo pipe
		exec 7<>pipe
		input=$dir/pipe
		head -n 300 lines >&7
		begin "$program" "$way" "$dir/copy"
		save
		if [ "$killed" = yes ]; then
			end_it
			back
		fi
		# the writer ends when all is read: then nobody has the pipe open for writing
		(tail -n +301 lines >pipe) &
		writer=$!
		exec 7>&-
		passes
		wait "$writer"
		cmp lines copy || fail "$what: other lines"
		rm pipe
	done
done
[ ! -s err ] || fail "something was said"
