/* SPDX-License-Identifier: MIT */
/*
 * ticker.c MEBIBYTES THREADS - fills memory with random bytes, starts threads that do nothing much, says "ready", then looks at the clock
 * every 0.2 ms and prints "gap MS" where it was not looked at for more than 2 ms, and "tick REALTIME_MS" after a gap of over 50 ms.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void rest(long ns)
{
	nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

static void *idle(void *arg)
{
	for (;;)
		rest(1000000);
	return arg;
}

int main(int argc, char **argv)
{
	size_t words = argc > 1 ? strtoul(argv[1], NULL, 10) << 17 : 1 << 17;
	int threads = argc > 2 ? atoi(argv[2]) : 0;
	uint64_t *memory = mmap(NULL, words * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t x = 88172645463325252u;
	double last;

	close_range(3, ~0u, 0); /* whoever runs this may have left something open */
	if (memory == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < words; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		memory[i] = x;
	}
	for (int i = 0; i < threads; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, idle, NULL);
	}
	printf("ready\n");
	fflush(stdout);
	last = now(CLOCK_MONOTONIC);
	for (;;) {
		double t;

		rest(200000);
		t = now(CLOCK_MONOTONIC);
		if (t - last > 2) {
			printf("gap %.1f\n", t - last);
			printf("tick %.1f\n", now(CLOCK_REALTIME));
			fflush(stdout);
		}
		last = t;
	}
}
