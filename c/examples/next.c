/* SPDX-License-Identifier: MIT */
/*
 * next.c -> libnext.so: redefines a function, and calls the one that it hides.
 *
 *     LD_PRELOAD=$PWD/libnext.so ./counting-test 5
 *     The next counting number is: 5
 *     libnext: sleep(1)
 *
 * What it teaches: of two functions with one name the loader takes the first that it finds, in the order that ldd prints; dlsym(RTLD_NEXT, …) gives
 * the next one behind us. Such wrappers around the program's calls are how other checkpointers know what a program does.
 * Ours asks the kernel instead, and only when it saves: so it costs nothing between two checkpoints.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef unsigned int sleep_function(unsigned int seconds);

unsigned int sleep(unsigned int seconds)
{
	sleep_function *next = (sleep_function *)dlsym(RTLD_NEXT, "sleep");

	if (next == NULL)
		abort(); /* there is no C library behind us */
	fprintf(stderr, "libnext: sleep(%u)\n", seconds);
	return next(seconds);
}
