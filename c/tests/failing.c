/* SPDX-License-Identifier: MIT */
/*
 * failing.c - the program of the tests in which a checkpoint fails or is killed: memory that it knows by heart, much of it
 * in small pieces, two threads that count, a file with two numbers. With "alone" it has no threads beside the first, with
 * "writer" one more that writes to a lot of memory as long as there is the file that CKPT_TEST_WRITE names. With
 * "map=FILE" it maps a file and never looks at it.
 */
#include "act.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define SOLID (1200u << 10) /* more than a chunk of an image */
#define PIECES 60u
#define STRIDE (128u << 10) /* far enough apart to be runs of their own */
#define MUCH (40ull << 20)
#define MAPPED (256u << 10)
#define ZEROS (512u << 10) /* touched: a hole in the image */

static volatile uint64_t counts[2];
static volatile int over;

static void *count(void *arg)
{
	volatile uint64_t *n = arg;

	while (!over) {
		++*n;
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
	return NULL;
}

/* The same words over and over: every page that a snapshot shares becomes another copy. */
static void *write_over(void *arg)
{
	const char *when = getenv("CKPT_TEST_WRITE");
	volatile uint64_t *at = arg;

	while (!over) {
		if (!when || access(when, F_OK) != 0) {
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
			continue;
		}
		for (uint64_t i = 0; i < MUCH / 8 && !over; i += 512)
			at[i] = i;
	}
	return NULL;
}

static uint64_t word(uint64_t at)
{
	at = (at + 1) * 0x9e3779b97f4a7c15ull;
	return at ^ at >> 29;
}

static void write_words(uint64_t *to, uint64_t n, uint64_t from)
{
	for (uint64_t i = 0; i < n; i++)
		to[i] = word(from + i);
}

static int has_words(const uint64_t *at, uint64_t n, uint64_t from)
{
	for (uint64_t i = 0; i < n; i++)
		if (at[i] != word(from + i))
			return 0;
	return 1;
}

int main(int argc, char **argv)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	uint64_t *solid = mmap(NULL, SOLID, PROT_READ | PROT_WRITE, flags, -1, 0);
	char *pieces = mmap(NULL, PIECES * STRIDE, PROT_READ | PROT_WRITE, flags | MAP_NORESERVE, -1, 0);
	char *zeros = mmap(NULL, ZEROS, PROT_READ | PROT_WRITE, flags, -1, 0);
	uint64_t *hidden = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, -1, 0);
	int fd = open(argv[0], O_RDONLY);
	uint64_t *much = NULL;
	int others = 2;
	pthread_t t[2], writer;
	char head[8];

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "alone") == 0)
			others = 0;
		if (strncmp(argv[i], "map=", 4) == 0)
			CHECK(mmap(NULL, MAPPED, PROT_READ, MAP_PRIVATE, open(argv[i] + 4, O_RDONLY), 0) != MAP_FAILED);
		if (strcmp(argv[i], "writer") == 0)
			much = mmap(NULL, MUCH, PROT_READ | PROT_WRITE, flags, -1, 0);
	}
	CHECK(solid != MAP_FAILED && pieces != MAP_FAILED && hidden != MAP_FAILED &&
	      zeros != MAP_FAILED);
	for (uint64_t i = 0; i < ZEROS; i += 4096)
		*(volatile char *)(zeros + i) = 0;
	write_words(solid, SOLID / 8, 0);
	for (uint64_t i = 0; i < PIECES; i++)
		write_words((uint64_t *)(pieces + i * STRIDE), 512, i * 1000);
	write_words(hidden, 512, 77);
	CHECK(mprotect(hidden, 8192, PROT_NONE) == 0);
	CHECK(fd >= 0 && lseek(fd, 1, SEEK_SET) == 1 && dup2(fd, 9) == 9);
	for (int i = 0; i < others; i++)
		CHECK(pthread_create(&t[i], NULL, count, (void *)(uintptr_t)&counts[i]) == 0);
	for (uint64_t i = 0; much && i < MUCH / 8; i += 512)
		much[i] = i;
	if (much)
		CHECK(pthread_create(&writer, NULL, write_over, much) == 0);
	intermission();
	over = 1;
	for (int i = 0; i < others; i++)
		CHECK(pthread_join(t[i], NULL) == 0 && counts[i] > 0);
	CHECK(!much || pthread_join(writer, NULL) == 0);
	CHECK(has_words(solid, SOLID / 8, 0));
	for (uint64_t i = 0; i < PIECES; i++)
		CHECK(has_words((uint64_t *)(pieces + i * STRIDE), 512, i * 1000) && pieces[i * STRIDE + 5000] == 0);
	CHECK(mprotect(hidden, 8192, PROT_READ) == 0 && has_words(hidden, 512, 77));
	CHECK(read(9, head, 3) == 3 && memcmp(head, "ELF", 3) == 0);
	return pass();
}
