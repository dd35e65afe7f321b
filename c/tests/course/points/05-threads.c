/* SPDX-License-Identifier: MIT */
/* 05-threads.c - four threads that hand a turn round: it comes back to the first only if none of them is dead. Each knows its thread-local values. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>

#include "act.h"

#define THREADS 4
#define ROUNDS 200

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static unsigned long turn;
static int over;
static __thread uint64_t mine;

static void *play(void *arg)
{
	unsigned long number = (uintptr_t)arg;

	mine = number * 4711;
	pthread_mutex_lock(&lock);
	while (!over) {
		if (turn % THREADS == number) {
			turn++;
			pthread_cond_broadcast(&turn_changed);
		} else {
			pthread_cond_wait(&turn_changed, &lock);
		}
	}
	pthread_mutex_unlock(&lock);
	CHECK(mine == number * 4711);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	unsigned long then;

	for (uintptr_t i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, play, (void *)i) == 0);
	intermission();
	pthread_mutex_lock(&lock);
	for (then = turn; turn < then + (unsigned long)ROUNDS * THREADS;)
		pthread_cond_wait(&turn_changed, &lock);
	over = 1;
	pthread_cond_broadcast(&turn_changed);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	return pass();
}
