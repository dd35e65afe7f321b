/* SPDX-License-Identifier: MIT */
/*
 * restart - runs a saved program on.
 *
 *     ./restart                 from mycheckpoint
 *     ./restart noon.ckpt       from another image
 *
 * It executes the program's own file once more, with libckpt.so in it as before. So the new process has the program's name, and
 * /proc/PID/exe is right, which nobody may change later without privileges. But the constructor of libckpt.so sees CKPT_RESTART, and the
 * program's main() is never called: restore.c takes all memory out and puts the saved one in.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/personality.h>

#include "../preload.h"
#include "mini.h"

static int refuse(const char *image, const char *why)
{
	fprintf(stderr, "ckpt: %s: %s\n", image, why);
	return FAILED;
}

int main(int argc, char **argv)
{
	static struct header header;
	char path[PATH_MAX];
	const char *image = argc == 2 ? argv[1] : DEFAULT_IMAGE;
	bool good;
	int fd;

	if (argc > 2) {
		fprintf(stderr, "usage: %s [IMAGE]\n", argv[0]);
		return USAGE;
	}
	fd = open(image, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || realpath(image, path) == NULL)
		return refuse(image, strerror(errno));
	good = read_all(fd, &header, sizeof header);
	close(fd);
	if (!good || header.magic != IMAGE_MAGIC || memchr(header.exe, 0, sizeof header.exe) == NULL)
		return refuse(image, "is no image of mini's ckpt");

	set_preload(preloadable(path_beside("libckpt.so", FAILED)));
	setenv(RESTART_VARIABLE, path, 1);
	/* glibc must not give the kernel an address for rseq(2), which would go on writing there. */
	setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
	personality(header.persona);
	argv[0] = header.exe;
	argv[1] = NULL;
	execv(header.exe, argv);
	fprintf(stderr, "ckpt: %s: the program's file %s cannot be executed: %s\n", image, header.exe, strerror(errno));
	return FAILED;
}
