/* SPDX-License-Identifier: MIT */
/* files.c - regular files: offset, flags, shared offsets of dup'ed ones, close-on-exec; folders; plain devices. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "act.h"

int main(void)
{
	char name[] = "/tmp/ckpt-test-files-XXXXXX", buf[16];
	int a = mkstemp(name);
	int twin = dup(a);
	int cloexec = open(name, O_RDONLY | O_CLOEXEC);
	int append = open(name, O_WRONLY | O_APPEND | O_TRUNC);
	int folder = open("/", O_RDONLY | O_DIRECTORY);
	int null = open("/dev/null", O_RDWR);
	struct stat st, st2;

	CHECK(a >= 0 && twin >= 0 && cloexec >= 0 && append >= 0 && folder >= 0 && null >= 0);
	CHECK(write(a, "0123456789", 10) == 10);
	CHECK(lseek(a, 3, SEEK_SET) == 3);
	CHECK(read(cloexec, buf, 7) == 7);
	close(20);
	CHECK(dup2(a, 20) == 20); /* a number beyond a gap */
	CHECK(fcntl(twin, F_SETFD, FD_CLOEXEC) == 0);
	intermission();
	CHECK(lseek(a, 0, SEEK_CUR) == 3);
	CHECK(read(twin, buf, 2) == 2 && memcmp(buf, "34", 2) == 0);
	CHECK(lseek(a, 0, SEEK_CUR) == 5 && lseek(20, 0, SEEK_CUR) == 5); /* one offset */
	CHECK(lseek(cloexec, 0, SEEK_CUR) == 7);
	CHECK(fcntl(cloexec, F_GETFD) == FD_CLOEXEC && fcntl(twin, F_GETFD) == FD_CLOEXEC && fcntl(a, F_GETFD) == 0);
	CHECK((fcntl(append, F_GETFL) & (O_ACCMODE | O_APPEND)) == (O_WRONLY | O_APPEND));
	CHECK(fstat(a, &st) == 0 && st.st_size == 10); /* O_TRUNC was not applied again */
	CHECK(write(append, "x", 1) == 1 && fstat(a, &st) == 0 && st.st_size == 11);
	CHECK(fstat(folder, &st) == 0 && stat("/", &st2) == 0 && st.st_ino == st2.st_ino);
	CHECK(write(null, "x", 1) == 1 && fstat(null, &st) == 0 && S_ISCHR(st.st_mode));
	for (int fd = 3; fd < 64; fd++)
		if (fd != a && fd != twin && fd != cloexec && fd != append && fd != folder && fd != null && fd != 20)
			CHECK(fcntl(fd, F_GETFD) < 0); /* nothing was left open */
	unlink(name);
	return pass();
}
