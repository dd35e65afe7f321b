/* SPDX-License-Identifier: MIT */
/*
 * launcher - starts a program with one of our libraries inside. test1 … test5 are copies of it; each takes the library of its number.
 *
 *     ./test1 counting-test 5       libconstructor1.so runs in counting-test, before its main()
 *
 * What it teaches: LD_PRELOAD. Before a program's main() the dynamic loader (man 8 ld.so) loads the shared libraries that the
 * program was linked with. Those that the environment variable LD_PRELOAD names it loads as well, and before them. So our code gets
 * into a program that was never changed: we set the variable and call exec. Look at it: LD_DEBUG=files ./test1 counting-test 5
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>

#include "preload.h"

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "launcher: %s: %s\n", what, strerror(errno));
	exit(1);
}

/*
 * LD_PRELOAD is a list, split at spaces and colons, and $ORIGIN and the like in it are replaced: a path with such characters can't
 * be in it. Then we open the file and name it by the descriptor, which stays open over exec. The constructors close it, and take its
 * name out again; a library that stays in LD_PRELOAD, for the children too, needs the link that preload.h makes.
 */
static const char *loadable_name(const char *library)
{
	char *name;
	int fd;

	if (strpbrk(library, " \t\n:$") == NULL)
		return library;
	fd = open(library, O_RDONLY);
	if (fd < 0)
		fail(library);
	if (asprintf(&name, "/proc/self/fd/%d", fd) < 0)
		fail("no memory");
	return name;
}

/* Becomes the target. A name without a slash is looked for in this folder first, then in PATH. Returns only if there is no such file. */
static void become(char **arguments)
{
	const char *target = arguments[0];
	char *here = NULL;

	if (*target == '\0')
		return;
	if (strchr(target, '/') == NULL) {
		if (asprintf(&here, "./%s", target) < 0)
			fail("no memory");
		if (access(here, F_OK) == 0)
			target = here;
	} else if (access(target, F_OK) != 0) {
		return;
	}
	if (strchr(target, '/') != NULL) {
		execv(target, arguments);
	} else {
		execvp(target, arguments);
		/* EACCES: in a folder of PATH that we may not look into, there may be one; for us there is none. */
		if (errno == ENOENT || errno == EACCES) {
			free(here);
			return;
		}
	}
	fprintf(stderr, "Executable '%s' not found.\n", arguments[0]);
	exit(1);
}

int main(int argc, char **argv)
{
	size_t length = argc > 0 ? strlen(argv[0]) : 0;
	char number = length > 0 ? argv[0][length - 1] : '\0';
	char library[] = "libconstructor1.so";

	if (number < '1' || number > '5') {
		fprintf(stderr, "launcher: my name says which library to take: test1, test2, … test5\n");
		return 1;
	}
	if (argc >= 2) {
		library[strlen("libconstructor")] = number;
		set_preload(loadable_name(path_beside(library, EXIT_FAILURE)));
		if (setenv("TARGET", argv[1], 1) != 0)
			fail("TARGET");
		become(argv + 1);
	}
	fprintf(stderr, "*** Missing target executable or no such file.\n");
	return 1;
}
