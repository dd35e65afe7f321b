/* SPDX-License-Identifier: MIT */
/*
 * ckpt - starts a program so that it can be saved: the same program in mini/ and in core/.
 *
 *     ./ckpt ../counting-test
 *     kill -12 PID          in another terminal: saves it to mycheckpoint
 *
 * It teaches how little there is to do: LD_PRELOAD names the libckpt.so that lies beside this program, and exec() replaces this
 * program by the one that is asked for: same PID, same terminal. The loader puts the library into it before anything else.
 */
#include <errno.h>
#include <sys/stat.h>

#include "../preload.h"

/* Only where it fails does exec() come back. A name without a slash is looked for in this folder, then on PATH. */
static void execute(char **argv)
{
	char here[PATH_MAX];

	if (argv[0][0] != '\0' && strchr(argv[0], '/') == NULL && snprintf(here, sizeof here, "./%s", argv[0]) < (int)sizeof here) {
		execv(here, argv);
		if (errno == EACCES) {
			execvp(argv[0], argv);
			errno = EACCES; /* there is one here, if not one that can be executed */
			return;
		}
	}
	execvp(argv[0], argv);
}

static int say_why_not(const char *program)
{
	int error = errno;
	struct stat st;

	/* Of a name without a slash EACCES may mean a folder on PATH that may not be searched: it holds nothing, as for a shell. */
	if (error == EACCES && strchr(program, '/') == NULL && stat(program, &st) != 0)
		error = ENOENT;
	if (error == ENOENT || error == ENOTDIR) {
		fprintf(stderr, "ckpt: %s: %s; check its name, or write ./NAME for one in this folder\n", program,
			strchr(program, '/') != NULL ? "no such file" : "command not found");
		return NOT_FOUND;
	}
	if (error == EACCES) {
		fprintf(stderr, "ckpt: %s: %s; name a program, or make it one: 'chmod +x FILE'\n", program,
			stat(program, &st) == 0 && S_ISDIR(st.st_mode) ? "is a folder" : "permission denied");
		return NOT_EXECUTABLE;
	}
	fprintf(stderr, "ckpt: %s: %s\n", program, strerror(error));
	return NOT_EXECUTABLE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PROGRAM [ARGUMENTS...]\n", argv[0]);
		return USAGE;
	}
	set_preload(preloadable(path_beside("libckpt.so", FAILED)));
	execute(argv + 1);
	return say_why_not(argv[1]);
}
