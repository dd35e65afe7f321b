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
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "launcher: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The library lies beside this program, wherever we were started from: /proc/self/exe is a link to the file that we are. */
static char *find_library(char number)
{
	char folder[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
	char *library;

	if (length < 0)
		fail("/proc/self/exe");
	folder[length] = '\0';
	*strrchr(folder, '/') = '\0';
	if (asprintf(&library, "%s/libconstructor%c.so", folder, number) < 0)
		fail("no memory");
	if (access(library, R_OK) != 0)
		fail(library);
	return library;
}

/*
 * LD_PRELOAD is a list, split at spaces and colons, and $ORIGIN and the like in it are replaced: a path with such characters can't
 * be in it. Then we open the file and name it by the descriptor, which stays open over exec.
 */
static char *loadable_name(char *library)
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

/* Puts our library before those that are in LD_PRELOAD already. */
static void preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;

	if (others == NULL || *others == '\0')
		others = NULL;
	if (asprintf(&list, "%s%s%s", library, others ? ":" : "", others ? others : "") < 0)
		fail("no memory");
	if (setenv("LD_PRELOAD", list, 1) != 0)
		fail("LD_PRELOAD");
	free(list);
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

	if (number < '1' || number > '5') {
		fprintf(stderr, "launcher: my name says which library to take: test1, test2, … test5\n");
		return 1;
	}
	if (argc >= 2) {
		preload(loadable_name(find_library(number)));
		if (setenv("TARGET", argv[1], 1) != 0)
			fail("TARGET");
		become(argv + 1);
	}
	fprintf(stderr, "*** Missing target executable or no such file.\n");
	return 1;
}
