/* SPDX-License-Identifier: MIT */
/*
 * act.h - the three acts of a test program: prepare a fact, `intermission()` (the runner checkpoints, kills and restarts
 * here), check the fact. Exit 0 and "PASS", 1 and "FAIL …", or 77: the machine lacks what the test needs.
 */
#ifndef CKPT_TESTS_ACT_H
#define CKPT_TESTS_ACT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			printf("FAIL %s:%d: %s\n", __FILE__, __LINE__, #condition);                          \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

/* Descriptors of whoever runs the tests are none of the program's. */
__attribute__((constructor)) static void close_inherited(void)
{
	close_range(3, ~0u, 0);
}

/* Says ready and waits until the runner, after the restart, has made the file that CKPT_TEST_GO names. */
static inline void intermission(void)
{
	const char *go = getenv("CKPT_TEST_GO");

	printf("ready\n");
	fflush(stdout);
	while (go && access(go, F_OK) != 0)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static inline int pass(void)
{
	printf("PASS\n");
	return 0;
}

#endif
