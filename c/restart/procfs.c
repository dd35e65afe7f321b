/* SPDX-License-Identifier: MIT */
/* procfs.c - small files of /proc. System calls and str.c alone. */
#include "procfs.h"

#include <asm/errno.h>
#include <linux/fcntl.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/str.h"

long procfs_read(const char *path, char *buf, size_t size)
{
	long fd = FAULTY("restart.proc", sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
	size_t done = 0;
	long n = 0;

	if (fd < 0)
		return fd;
	while (done + 1 < size) {
		n = FAULTY("restart.read_proc", sys_read((int)fd, buf + done, fault_short("restart.read_proc", size - 1 - done)));
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	sys_close((int)fd);
	buf[done] = 0;
	return n < 0 ? n : (long)done;
}

char procfs_state(uint32_t pid, char comm[16])
{
	char path[32];
	char stat[128];
	struct text t;
	struct text name;
	const char *open;
	const char *close;

	comm[0] = 0;
	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/stat", (int)pid);
	if (procfs_read(path, stat, sizeof stat) <= 0)
		return 0;
	open = str_find(stat, "(");
	close = str_rchr(stat, ')');
	if (!open || !close || close < open)
		return 0;
	text_init(&name, comm, 16);
	text_mem(&name, open + 1, (size_t)(close - open - 1));
	return close[1] == ' ' ? close[2] : 0;
}
