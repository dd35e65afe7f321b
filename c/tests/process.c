/* SPDX-License-Identifier: MIT */
/* process.c - name, arguments, environment, executable, folder, umask, limits, personality of the process. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "act.h"

static char before[3][65536], after[3][65536];
static ssize_t lengths[3];

static ssize_t slurp(const char *path, char *buf)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buf, 65535);

	close(fd);
	return n;
}

int main(void)
{
	static const char *const files[] = { "/proc/self/comm", "/proc/self/cmdline", "/proc/self/environ" };
	char exe[2][4096] = { "", "" }, folder[] = "/tmp/ckpt test folderXXXXXX", cwd[4096];
	struct rlimit limit = { 333, 0 }, got;

	prctl(PR_SET_NAME, "a name");
	for (int i = 0; i < 3; i++)
		lengths[i] = slurp(files[i], before[i]);
	CHECK(readlink("/proc/self/exe", exe[0], 4095) > 0);
	CHECK(mkdtemp(folder) && chdir(folder) == 0);
	umask(0351);
	CHECK(getrlimit(RLIMIT_NOFILE, &got) == 0);
	limit.rlim_max = got.rlim_max;
	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	personality(ADDR_NO_RANDOMIZE);
	intermission();
	for (int i = 0; i < 3; i++)
		CHECK(slurp(files[i], after[i]) == lengths[i] && memcmp(before[i], after[i], (size_t)lengths[i]) == 0);
	CHECK(readlink("/proc/self/exe", exe[1], 4095) > 0 && strcmp(exe[0], exe[1]) == 0);
	CHECK(getcwd(cwd, sizeof cwd) && strcmp(cwd, folder) == 0);
	CHECK(umask(0) == 0351);
	CHECK(getrlimit(RLIMIT_NOFILE, &got) == 0 && got.rlim_cur == 333);
	CHECK(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
	CHECK(rmdir(folder) == 0);
	return pass();
}
