/* SPDX-License-Identifier: MIT */
/* points.h - the acts of a program that has more than three. */
#ifndef CKPT_TESTS_POINTS_H
#define CKPT_TESTS_POINTS_H

#include "act.h"

/* Is there the file that CKPT_TEST_GO names with .WORD behind it? */
static inline int told(const char *word)
{
	char go[4096];

	snprintf(go, sizeof go, "%s.%s", getenv("CKPT_TEST_GO"), word);
	return access(go, F_OK) == 0;
}

/* Says "ready N" and waits until that step is told. */
static inline void step(int n)
{
	char word[16];

	snprintf(word, sizeof word, "%d", n);
	printf("ready %s\n", word);
	fflush(stdout);
	while (!told(word))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

#endif
