/* SPDX-License-Identifier: MIT */
/*
 * 15-stdin.c lines|bytes FILE - copies its standard input to FILE: by lines, of which the C library has more in its buffer than were taken, or
 * byte by byte without one. In the middle of it, it is saved.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>

#include "act.h"

#define LINES 7
#define BYTES 333

static void copy_lines(const char *to)
{
	FILE *copy = fopen(to, "w"); /* what is in its buffer is saved, too */
	char line[256];
	int count = 0;

	CHECK(copy);
	while (fgets(line, sizeof line, stdin)) {
		CHECK(fputs(line, copy) >= 0);
		if (++count == LINES)
			intermission();
	}
	CHECK(!ferror(stdin) && fclose(copy) == 0);
}

static void copy_bytes(const char *to)
{
	int copy = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int count = 0;
	ssize_t n;
	char c;

	CHECK(copy >= 0);
	while ((n = read(0, &c, 1)) == 1) {
		CHECK(write(copy, &c, 1) == 1);
		if (++count == BYTES)
			intermission();
	}
	CHECK(n == 0 && close(copy) == 0);
}

int main(int argc, char **argv)
{
	CHECK(argc == 3);
	if (strcmp(argv[1], "lines") == 0)
		copy_lines(argv[2]);
	else
		copy_bytes(argv[2]);
	return pass();
}
