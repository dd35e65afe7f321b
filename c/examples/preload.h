/* SPDX-License-Identifier: MIT */
/*
 * preload.h - sets LD_PRELOAD: how a library gets into a program that was never changed. ckpt does it, mini's restart, and the launcher.
 */
#ifndef PRELOAD_H
#define PRELOAD_H

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "beside.h"

/* A folder for links that nobody else can write to: /tmp is everybody's. NULL: there is none. */
static inline const char *own_folder(void)
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
static inline const char *preloadable(const char *library)
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
static inline void set_preload(const char *library)
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

#endif
