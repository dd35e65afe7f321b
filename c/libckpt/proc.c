/* SPDX-License-Identifier: MIT */
/* proc.c - reads files of /proc into buffers that the caller has. System calls and str.c only. */
#include <linux/fcntl.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "engine.h"

long proc_read(const char *path, char *buf, uint64_t size)
{
	long fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	uint64_t len = 0;
	long n;

	if (fd < 0)
		return fd;
	for (;;) {
		if (len + 1 >= size) {
			n = -E2BIG;
			break;
		}
		n = sys_read((int)fd, buf + len, size - 1 - len);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			break;
		len += (uint64_t)n;
	}
	sys_close((int)fd);
	buf[len] = 0;
	return n < 0 ? n : (long)len;
}

void proc_path(struct capture *c, struct text *t, const char *name)
{
	text_fmt(t, "/proc/%d/task/%d/%s", c->pid, c->live, name);
}

long proc_read_task(struct capture *c, const char *name, char *buf, uint64_t size)
{
	char path[64];
	struct text t;

	text_init(&t, path, sizeof path);
	proc_path(c, &t, name);
	return proc_read(path, buf, size);
}

uint64_t proc_stat_field(const char *stat, unsigned field)
{
	const char *p = str_rchr(stat, ')');
	bool negative;
	uint64_t n;

	if (!p)
		return 0;
	for (unsigned at = 2; at < field; at++) {
		while (*p && *p != ' ')
			p++;
		if (*p)
			p++;
	}
	negative = *p == '-';
	p += negative;
	n = str_number(&p, 10);
	return negative ? 0 - n : n;
}

const char *proc_status(const char *status, const char *key)
{
	for (const char *p = status; *p;) {
		if (str_starts(p, key) && p[str_len(key)] == ':') {
			p += str_len(key) + 1;
			while (*p == ' ' || *p == '\t')
				p++;
			return p;
		}
		while (*p && *p != '\n')
			p++;
		if (*p)
			p++;
	}
	return NULL;
}

int proc_each_number(const char *folder, int (*visit)(struct capture *, int, void *), struct capture *c,
		     void *arg)
{
	_Alignas(8) char buf[4096];
	long fd = sys_openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long n;
	int ret = 0;

	if (fd < 0)
		return (int)fd;
	while (ret == 0 && (n = sys_getdents64((int)fd, buf, sizeof buf)) > 0) {
		for (long at = 0; at < n && ret == 0;) {
			struct dirent64 *entry = (struct dirent64 *)(void *)(buf + at);
			const char *name = entry->name;

			at += entry->reclen;
			if (*name < '0' || *name > '9')
				continue;
			ret = visit(c, (int)str_number(&name, 10), arg);
		}
	}
	sys_close((int)fd);
	return ret;
}
