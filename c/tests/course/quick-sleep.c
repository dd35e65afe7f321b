/* SPDX-License-Identifier: MIT */
/*
 * quick-sleep.c - preloaded into a course program: its sleep() takes 2 ms, or CKPT_TEST_NAP of them, so that tests need not wait. The calls whose numbers are
 * in CKPT_TEST_HOLD ("2 5") last until a SIGINT has interrupted them or is pending: what a test types then surely arrives in time.
 * With CKPT_TEST_SAY set it says that it is there.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int is_held(long call)
{
	const char *list = getenv("CKPT_TEST_HOLD");
	char *end;

	for (; list && *list; list = end) {
		if (strtol(list, &end, 10) == call)
			return 1;
		if (end == list)
			break;
	}
	return 0;
}

unsigned sleep(unsigned seconds)
{
	static long calls;
	const char *ms = getenv("CKPT_TEST_NAP");
	const struct timespec nap = { .tv_nsec = (ms ? strtol(ms, NULL, 10) : 2) * 1000000 };
	sigset_t interrupt, before, pending;
	int held = is_held(++calls);
	int handled;

	(void)seconds;
	/* SIGINT is open within ppoll() alone, so that none is taken unseen between two looks. */
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	do {
		handled = ppoll(NULL, 0, &nap, &before) != 0;
		sigpending(&pending);
	} while (!handled && held && !(sigismember(&before, SIGINT) && sigismember(&pending, SIGINT)));
	sigprocmask(SIG_SETMASK, &before, NULL);
	return handled;
}

__attribute__((constructor)) static void begin(void)
{
	if (getenv("CKPT_TEST_SAY"))
		fprintf(stderr, "quick sleep\n");
}
