/* SPDX-License-Identifier: MIT */
/*
 * 18-malloc-and-printf.c THREADS FILE - threads in malloc(), free() and printf() without a pause, so that every checkpoint comes in the middle of
 * one, with locks held and lists half changed. Each prints the same lines to a file of its own, FILE.N, again and again, and reads them
 * back; all print to one stream, too. Each block of memory is checked before it is freed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "act.h"

#define BLOCKS 64
#define LINES 200
#define MORE 20 /* turns of each thread when it is told to end */

static FILE *common;
static const char *names;
static atomic_bool over;

struct own {
	FILE *file;
	char *blocks[BLOCKS];
	size_t sizes[BLOCKS];
	char expected[LINES * 64], got[LINES * 64];
};

/* One block is checked, freed and made anew. */
static void use_memory(struct own *o, unsigned round)
{
	unsigned at = round * 7 % BLOCKS;

	for (size_t i = 0; i < o->sizes[at]; i += 8)
		CHECK(o->blocks[at][i] == (char)at);
	free(o->blocks[at]);
	o->sizes[at] = 16 + (round * 2654435761u >> 16) % 5000;
	o->blocks[at] = malloc(o->sizes[at]);
	CHECK(o->blocks[at]);
	memset(o->blocks[at], (int)at, o->sizes[at]);
}

/* LINES lines, read back. */
static void turn(struct own *o, unsigned first_round)
{
	size_t length = 0;

	rewind(o->file);
	for (unsigned i = 0; i < LINES; i++) {
		use_memory(o, first_round + i);
		CHECK(fprintf(o->file, "%*u %s %.3f\n", 10, i, "is a line", i / 8.0) > 0);
		CHECK(fprintf(common, "%p %d\n", (void *)o, (int)i) > 0);
		length += (size_t)snprintf(o->expected + length, sizeof o->expected - length, "%*u %s %.3f\n", 10, i,
					   "is a line", i / 8.0);
	}
	CHECK(fflush(o->file) == 0);
	CHECK(pread(fileno(o->file), o->got, sizeof o->got, 0) == (ssize_t)length);
	CHECK(memcmp(o->got, o->expected, length) == 0);
}

static void *work(void *arg)
{
	unsigned number = (unsigned)(uintptr_t)arg, more = 0;
	struct own *o = calloc(1, sizeof *o);
	const char *go = getenv("CKPT_TEST_GO");
	char name[4096];

	CHECK(o && go);
	snprintf(name, sizeof name, "%s.%u", names, number);
	o->file = fopen(name, "w+");
	CHECK(o->file);
	for (unsigned n = 0; more < MORE; n++) {
		turn(o, n * LINES);
		if (number == 0 && access(go, F_OK) == 0)
			atomic_store(&over, true);
		if (number == 0 && n == 1)
			printf("ready\n"), fflush(stdout);
		more += atomic_load(&over);
	}
	for (int i = 0; i < BLOCKS; i++)
		free(o->blocks[i]);
	CHECK(fclose(o->file) == 0);
	free(o);
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc == 3 ? atoi(argv[1]) : 0;
	pthread_t others[16];

	CHECK(threads >= 1 && threads <= 16);
	names = argv[2];
	common = fopen("/dev/null", "w");
	CHECK(common);
	for (int i = 1; i < threads; i++)
		CHECK(pthread_create(&others[i], NULL, work, (void *)(intptr_t)i) == 0);
	work(NULL);
	for (int i = 1; i < threads; i++)
		CHECK(pthread_join(others[i], NULL) == 0);
	return pass();
}
