/* SPDX-License-Identifier: MIT */
/*
 * proc-self-maps.h - walks the memory segments of the running process, one after another. See proc-self-maps.c.
 *
 *     struct maps maps;
 *     struct mapping mapping;
 *     int got = maps_open(&maps);
 *
 *     if (got == 0) {
 *             while ((got = maps_next(&maps, &mapping)) == 1)
 *                     …look at mapping…
 *             maps_close(&maps);
 *     }
 *     if (got < 0)
 *             …-got is the errno…
 *
 * No function here allocates, uses stdio or keeps anything behind the caller's back: they may be called in a signal handler
 * (which puts errno back at its end, as every handler should). The two structures have about 4 KiB each: on a small
 * alternate signal stack, make them static.
 */
#ifndef PROC_SELF_MAPS_H
#define PROC_SELF_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/limits.h>

#define MAPS_DELETED " (deleted)"

/* What is printed where the kernel gives no name. */
#define MAPS_NO_NAME "(nameless)"

/* One line of /proc/self/maps. */
struct mapping {
	uint64_t start, end; /* the first address, and the one after the last */
	int prot; /* PROT_READ, PROT_WRITE and PROT_EXEC, as for mmap() */
	bool shared; /* MAP_SHARED; else MAP_PRIVATE */
	uint64_t offset; /* where in the file it begins */
	unsigned int major, minor; /* the device that holds the file; 0:0 without a file */
	uint64_t inode; /* the file's number there; 0 without a file */
	bool deleted; /* the name ends in " (deleted)": the file is gone, or (rare) really called so */
	bool cut; /* the name is longer than any path one can open, and only its beginning is here */
	size_t name_length;
	/* A path, something in brackets, or empty. Any byte but 0 may be in it, a newline too. A deleted file's ends in MAPS_DELETED. */
	char name[PATH_MAX + sizeof(MAPS_DELETED)];
};

/* A walk under way. Nothing in it is for the caller. */
struct maps {
	int fd;
	int byte; /* the byte to be looked at; -1 at the end */
	int error; /* why read() failed, as -errno; or 0 */
	size_t next, filled; /* in the buffer */
	char buffer[4096];
};

/* Opens a descriptor of its own. Returns 0 or -errno. */
int maps_open(struct maps *maps);

/* The next segment, by rising addresses. Returns 1; 0 after the last; -errno (-EBADMSG: a line that cannot be understood). */
int maps_next(struct maps *maps, struct mapping *mapping);

/* Needed after a maps_open() that returned 0. Returns 0 or -errno. */
int maps_close(struct maps *maps);

/* The whole walk: calls visit() for each segment, until it returns something else than 0. Returns that, or 0, or -errno. */
int proc_self_maps(int (*visit)(const struct mapping *mapping, void *data), void *data);

#endif
