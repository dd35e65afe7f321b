/* SPDX-License-Identifier: MIT */
/*
 * file.c - the image appears whole or not at all: FILE.tmp.PID, locked while it is written, fsync, rename, fsync of the
 * folder. Leftovers of a killed snapshot are not locked and are removed.
 */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "snapshot.h"

#define LOCK_EX_NB (2 | 4)
#define SEEK_CUR_WHENCE 1

/* The folder of the image, opened; or -errno. */
static long open_folder(struct snapshot *s, int flags)
{
	const char *slash = str_rchr(s->path, '/');
	char folder[CKPT_PATH_SIZE];
	uint64_t n = (uint64_t)(slash - s->path);

	memcpy(folder, s->path, n);
	folder[n] = 0;
	return sys_openat(AT_FDCWD, n ? folder : "/", flags | O_DIRECTORY | O_CLOEXEC, 0);
}

static void remove_leftovers(struct snapshot *s, int folder)
{
	_Alignas(8) char buf[4096];
	char prefix[CKPT_PATH_SIZE];
	struct text t;
	long n;

	text_init(&t, prefix, sizeof prefix);
	text_fmt(&t, "%s.tmp.", str_rchr(s->path, '/') + 1);
	while ((n = sys_getdents64(folder, buf, sizeof buf)) > 0) {
		for (long at = 0; at < n;) {
			struct dirent64 *entry = (struct dirent64 *)(void *)(buf + at);
			long fd;

			at += entry->reclen;
			if (!str_starts(entry->name, prefix))
				continue;
			fd = sys_openat(folder, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
			if (fd < 0)
				continue;
			if (sys_flock((int)fd, LOCK_EX_NB) == 0)
				sys_unlinkat(folder, entry->name, 0);
			sys_close((int)fd);
		}
	}
}

int file_create(struct snapshot *s)
{
	struct stat st;
	struct text t;
	long fd;

	text_init(&t, s->path, sizeof s->path);
	text_str(&t, s->c->path);
	fd = open_folder(s, O_RDONLY);
	if (fd >= 0) {
		remove_leftovers(s, (int)fd);
		sys_close((int)fd);
	}
	if (sys_stat(s->path, &st) == 0 && (st.st_mode & 0170000) == 0040000)
		return snapshot_fail(s, "write", s->path, -EISDIR);
	text_init(&t, s->temporary, sizeof s->temporary);
	text_fmt(&t, "%s.tmp.%ld", s->path, sys_getpid());
	for (int tries = 0; tries < 8; tries++) {
		fd = FAULTY("snapshot.create", sys_openat(AT_FDCWD, s->temporary,
							    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
							    0600));
		if (fd < 0)
			return snapshot_fail(s, "write", s->path, fd);
		sys_flock((int)fd, LOCK_EX_NB);
		/* another snapshot may have taken it for a leftover before it was locked */
		if (sys_fstat((int)fd, &st) == 0 && st.st_nlink > 0)
			break;
		sys_close((int)fd);
		fd = -EIO;
	}
	if (fd < 0)
		return snapshot_fail(s, "write", s->path, -EIO);
	s->fd = (int)fd;
	fault_point("snapshot.created");
	s->seekable = sys_lseek(s->fd, 0, SEEK_CUR_WHENCE) >= 0;
	return 0;
}

int file_publish(struct snapshot *s)
{
	long err = FAULTY("snapshot.fsync", sys_fsync(s->fd));
	long folder;

	if (err < 0 && err != -EINVAL)
		return snapshot_fail(s, "write", s->temporary, err);
	fault_point("snapshot.synced");
	err = FAULTY("snapshot.rename", sys_renameat2(AT_FDCWD, s->temporary, AT_FDCWD, s->path, 0));
	if (err < 0)
		return snapshot_fail(s, "write", s->path, err);
	s->temporary[0] = 0;
	fault_point("snapshot.renamed");
	sys_close(s->fd);
	folder = open_folder(s, O_RDONLY);
	if (folder >= 0) {
		sys_fsync((int)folder);
		sys_close((int)folder);
	}
	return 0;
}

void file_abandon(struct snapshot *s)
{
	if (s->temporary[0])
		sys_unlinkat(AT_FDCWD, s->temporary, 0);
	if (s->fd >= 0)
		sys_close(s->fd);
}
