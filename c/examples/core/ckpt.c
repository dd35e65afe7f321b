/* SPDX-License-Identifier: MIT */
/*
 * ckpt - starts a program so that it can be saved, by the real core.
 *
 *     ./ckpt ../counting-test
 *     kill -12 PID          in another terminal: saves it to mycheckpoint
 *
 * It teaches how little there is to do: LD_PRELOAD names the libckpt.so that lies beside this program, and exec() replaces this
 * program by the one that is asked for: same PID, same terminal. The loader puts the library into it before anything else.
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "beside.h"

/* A folder for links that nobody else can write to: /tmp is everybody's. NULL: there is none. */
static const char *own_folder(void)
{
	static char folder[PATH_MAX];
	const char *tmp = getenv("TMPDIR");
	struct stat st;

	if (tmp == NULL || *tmp != '/' || strpbrk(tmp, " \t\r\n\v\f:$") != NULL)
		tmp = "/tmp";
	if (snprintf(folder, sizeof folder, "%s/ckpt-%u", tmp, geteuid()) >= (int)sizeof folder)
		return NULL;
	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return NULL;
	if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return NULL;
	return folder;
}

/*
 * A path of the library that LD_PRELOAD can hold. It is a list, split at spaces and colons, in which $ begins a word of the loader's own
 * ($ORIGIN); there is no way to quote one. A library whose path has one of them is named by a link. The link is
 * made under another name first and renamed, so that it is never missing for somebody who starts at this moment.
 */
static const char *preloadable(const char *library)
{
	static char link[PATH_MAX];
	char fresh[PATH_MAX + 16];
	const char *folder;
	struct stat st;

	if (strpbrk(library, " \t\r\n\v\f:$") == NULL)
		return library;
	folder = own_folder();
	if (folder != NULL && stat(library, &st) == 0 &&
	    snprintf(link, sizeof link, "%s/%lx-%lu-libckpt.so", folder, (unsigned long)st.st_dev,
		     (unsigned long)st.st_ino) < (int)sizeof link) {
		snprintf(fresh, sizeof fresh, "%s.%d", link, getpid());
		if (symlink(library, fresh) == 0 && rename(fresh, link) == 0)
			return link;
	}
	fprintf(stderr, "ckpt: %s cannot be preloaded: LD_PRELOAD splits its path, and no link to it can be made in "
			"a folder of your own; move it, or set TMPDIR\n", library);
	exit(FAILED);
}

/* Libraries that are there already stay, behind ours. */
static void set_preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	bool more = others != NULL && *others != '\0';
	size_t size = strlen(library) + (more ? strlen(others) : 0) + 2; /* the colon and the NUL */
	char *list = malloc(size);

	if (list != NULL)
		snprintf(list, size, "%s%s%s", library, more ? ":" : "", more ? others : "");
	if (list == NULL || setenv("LD_PRELOAD", list, 1) != 0) {
		perror("ckpt: LD_PRELOAD");
		exit(FAILED);
	}
	free(list);
}

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
	set_preload(preloadable(path_beside("libckpt.so")));
	execute(argv + 1);
	return say_why_not(argv[1]);
}
