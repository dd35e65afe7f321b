/* SPDX-License-Identifier: MIT */
/*
 * restart - runs a saved program on.
 *
 *     ./restart                 from mycheckpoint
 *     ./restart noon.ckpt       from another image
 *
 * It becomes the ckpt-restart that lies beside it, which becomes the program: ckpt-restart needs no library at all, so that it
 * can make room for the program in its own memory. What is on the command line is handed on (--pids fresh IMAGE).
 */
#include <errno.h>

#include "../beside.h"

int main(int argc, char **argv)
{
	char *by_default[] = { argv[0], "mycheckpoint", NULL };
	const char *restarter = path_beside("ckpt-restart", FAILED);

	execv(restarter, argc > 1 ? argv : by_default);
	fprintf(stderr, "ckpt: %s: %s\n", restarter, strerror(errno));
	return FAILED;
}
