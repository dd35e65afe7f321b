/* SPDX-License-Identifier: MIT */
/* rooms-ticks.c - prints its PID and counts, with whichever C library; ends with status 7. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	for (int i = 1; i <= 20; i++) {
		printf("tick %d of %d\n", i, getpid());
		fflush(stdout);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	return 7;
}
