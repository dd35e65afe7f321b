/* SPDX-License-Identifier: MIT */
/* libc-state.c - what a C library keeps about the process: TLS, thread ids in mutexes, stdio, malloc, clocks. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "act.h"

static __thread int tls = 5;
static pthread_mutex_t recursive;

static void *child(void *arg)
{
	(void)arg;
	CHECK(tls == 5);
	return &tls;
}

int main(void)
{
	pthread_mutexattr_t attr;
	pthread_t thread;
	struct timespec a, b;
	char *text = strdup("kept");

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&recursive, &attr);
	tls = 77;
	errno = EXDEV;
	clock_gettime(CLOCK_MONOTONIC, &a); /* through the vdso */
	intermission();
	CHECK(tls == 77 && text && strcmp(text, "kept") == 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK(b.tv_sec >= a.tv_sec);
	CHECK(pthread_mutex_lock(&recursive) == 0 && pthread_mutex_lock(&recursive) == EDEADLK);
	CHECK(pthread_mutex_unlock(&recursive) == 0);
	CHECK(pthread_kill(pthread_self(), 0) == 0 && raise(0) == 0); /* the cached TID is right */
	CHECK(pthread_create(&thread, NULL, child, NULL) == 0 && pthread_join(thread, NULL) == 0);
	free(text);
	return pass();
}
