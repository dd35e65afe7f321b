/* SPDX-License-Identifier: MIT */
/*
 * quick-sleep.c - preloaded into a course program: its sleep() takes 2 ms, or CKPT_TEST_NAP of them, so that tests need not wait.
 * The calls whose numbers are in CKPT_TEST_HOLD ("2 5") say "[held]" on stderr and last until a SIGINT has interrupted them or is
 * pending: what a test types after "[held]" surely comes in the middle of this call. With CKPT_TEST_SAY set it says that it is there.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int is_listed(long call)
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

/* SIGINT is let in only where it ends the wait: one that comes right after "[held]" is not missed. */
static void hold(const struct timespec *nap)
{
	static const char said[] = "[held]\n";
	sigset_t interrupt, before, pending;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	if (write(STDERR_FILENO, said, sizeof said - 1) < 0)
		abort();
	while (ppoll(NULL, 0, nap, &before) == 0) {
		/* in a handler of SIGINT the signal was blocked before, and stays pending */
		if (sigismember(&before, SIGINT) && sigpending(&pending) == 0 && sigismember(&pending, SIGINT))
			break;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

unsigned sleep(unsigned seconds)
{
	static long calls;
	const char *ms = getenv("CKPT_TEST_NAP");
	const struct timespec nap = { .tv_nsec = (ms ? strtol(ms, NULL, 10) : 2) * 1000000 };

	(void)seconds;
	if (is_listed(++calls))
		hold(&nap);
	else
		nanosleep(&nap, NULL);
	return 0;
}

__attribute__((constructor)) static void begin(void)
{
	if (getenv("CKPT_TEST_SAY"))
		fprintf(stderr, "quick sleep\n");
}
