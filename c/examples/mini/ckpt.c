/* SPDX-License-Identifier: MIT */
/*
 * ckpt - starts a program so that it can be saved.
 *
 *     ./ckpt ../counting-test
 *     kill -12 PID          in another terminal: saves it to mycheckpoint
 *
 * All it does is to set LD_PRELOAD: the loader then puts libckpt.so into the program, before anything else, and calls its
 * constructor before main(). exec replaces ckpt by the program: same PID, same terminal.
 */
#include "start.h"

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PROGRAM [ARGUMENTS...]\n", argv[0]);
		return 2;
	}
	preload_library();
	unsetenv("CKPT_RESTART");
	/* A file of that name in this folder comes first, as if one had typed ./ before it. */
	if (strchr(argv[1], '/') == NULL && access(argv[1], X_OK) == 0) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "./%s", argv[1]);
		execv(path, argv + 1);
	}
	execvp(argv[1], argv + 1);
	return cannot_start(argv[1]);
}
