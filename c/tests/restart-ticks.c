/* SPDX-License-Identifier: MIT */
/* restart-ticks.c - prints its PID and counts; ends with status 7, or by SIGTERM. Needs nothing of act.h's acts. */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "act.h"

int main(int argc, char **argv)
{
	for (int i = 1; i <= 20; i++) {
		printf("tick %d of %d\n", i, getpid());
		fflush(stdout);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	if (argc > 1 && !strcmp(argv[1], "die"))
		raise(SIGTERM);
	return 7;
}
