/* SPDX-License-Identifier: MIT */
/*
 * beside.h - finds a file that lies in the same folder as the program that asks, from wherever it was started: the kernel knows
 * which file a process was made from, and shows it as the link /proc/self/exe.
 */
#ifndef BESIDE_H
#define BESIDE_H

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USAGE 2            /* exit status: the command line is wrong */
#define FAILED 125         /* ckpt itself failed; all others are the program's */
#define NOT_EXECUTABLE 126 /* the program is there, but can't be executed */
#define NOT_FOUND 127      /* it isn't there */

/* The path of the file `name` beside this program. Ends the program, with `status`, where it is not there. */
static inline const char *path_beside(const char *name, int status)
{
	static char path[PATH_MAX + 32];
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (length < 0) {
		perror("/proc/self/exe");
		exit(status);
	}
	path[length] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "%s", name);
	if (access(path, R_OK) != 0) {
		fprintf(stderr, "ckpt: %s is not there; 'make' builds it (for core, with cmake)\n", path);
		exit(status);
	}
	return path;
}

#endif
