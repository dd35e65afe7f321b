/* SPDX-License-Identifier: MIT */
/*
 * counting-test - counts ten numbers, one a second: a program to be saved, killed and brought back.
 *
 *     ./counting-test [POSITIVE_INTEGER]
 *
 * Every line is flushed, so that nothing is lost in a buffer when the program is killed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNT 10

/* Reads a positive number of which COUNT can be counted. Returns 0, or prints why not and returns 1. */
static int parse_start(const char *text, int *start)
{
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);

	if (end == text || *end != '\0' || number <= 0) {
		fprintf(stderr, "counting-test: '%s' is not a positive integer\n", text);
		return 1;
	}
	if (errno == ERANGE || number > 0x7fffffff - (COUNT - 1)) {
		fprintf(stderr, "counting-test: '%s' is too large: counting would overflow\n", text);
		return 1;
	}
	*start = (int)number;
	return 0;
}

int main(int argc, char **argv)
{
	int start = 1;

	if (argc > 2) {
		fprintf(stderr, "usage: %s [POSITIVE_INTEGER]\n", argv[0]);
		return 1;
	}
	if (argc == 2 && parse_start(argv[1], &start) != 0)
		return 1;

	printf("Testing for counting, starting with: %d\n", start);
	fflush(stdout);
	for (int i = 0; i < COUNT; i++) {
		printf("The next counting number is: %d\n", start + i);
		fflush(stdout);
		sleep(1);
	}
	return 0;
}
