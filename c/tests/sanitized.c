/* SPDX-License-Identifier: MIT */
/*
 * sanitized.c - a program that was built with AddressSanitizer or ThreadSanitizer: it has some TiB of shadow memory, reserved and hardly
 * touched, that must come back with it. Its threads allocate and lock on both sides of the checkpoint; a false report after
 * the restart fails it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>

#include "act.h"

#ifdef __SANITIZE_ADDRESS__
int __asan_address_is_poisoned(const volatile void *address);
#endif

#define THREADS 3
#define ROUNDS 500

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long rounds;
static bool stop;

static void *work(void *seed)
{
	unsigned random = (unsigned)(size_t)seed;

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
		volatile char *p = malloc(16 + (size_t)rand_r(&random) % 4000);

		if (!p)
			continue;
		p[0] = 1;
		pthread_mutex_lock(&lock);
		rounds++;
		pthread_mutex_unlock(&lock);
		free((void *)p);
	}
	return NULL;
}

static long count(void)
{
	long now;

	pthread_mutex_lock(&lock);
	now = rounds;
	pthread_mutex_unlock(&lock);
	return now;
}

int main(void)
{
	pthread_t threads[THREADS];
	char *block = malloc(100);
	long before;

	CHECK(block);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
	intermission();
	before = count();
	while (count() < before + ROUNDS)
		usleep(1000);
	__atomic_store_n(&stop, true, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
#ifdef __SANITIZE_ADDRESS__
	CHECK(!__asan_address_is_poisoned(block + 99) && __asan_address_is_poisoned(block + 100));
#endif
	free(block);
	return pass();
}
