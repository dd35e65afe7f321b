/* SPDX-License-Identifier: MIT */
/*
 * file.c - the image appears whole or not at all: FILE.tmp.PID, locked while it is written, fsync, rename, fsync of the
 * folder. Leftovers of a killed snapshot are not locked and are removed.
 */
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "snapshot.h"

#define LOCK_EX_NB (2 | 4)
#define SEEK_CUR_WHENCE 1
#define DT_UNKNOWN 0
#define DT_REG 8
#define CREATE_TRIES 8
#define LOCK_TRIES 100 /* of a millisecond */

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

/* NAME.tmp.NUMBER? */
static bool is_temporary_name(const char *name, const char *prefix)
{
	const char *p = name + str_len(prefix);

	if (!str_starts(name, prefix) || !*p)
		return false;
	str_number(&p, 10);
	return !*p;
}

/* A file that a snapshot of this user began: other files may have such a name, too. Empty, or the beginning of a core file. */
static bool is_begun_image(int fd)
{
	static const uint8_t begin[18] = { 0x7f, 'E', 'L', 'F', 2, 1, 1, [16] = 4 /* ET_CORE */ };
	uint8_t head[sizeof begin];
	struct stat st;
	long n;

	if (sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != (uint32_t)sys_geteuid())
		return false;
	n = sys_pread(fd, head, sizeof head, 0);
	return n >= 0 && memcmp(head, begin, (size_t)n) == 0;
}

/* Leftovers of a snapshot that was killed; the file of one that is alive is locked. */
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
			if (!is_temporary_name(entry->name, prefix) || (entry->type != DT_REG && entry->type != DT_UNKNOWN))
				continue;
			fd = sys_openat(folder, entry->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
			if (fd < 0)
				continue;
			if (is_begun_image((int)fd) && sys_flock((int)fd, LOCK_EX_NB) == 0)
				sys_unlinkat(folder, entry->name, 0);
			sys_close((int)fd);
		}
	}
}

/*
 * Locks a file that was just made. Another snapshot may take it for a leftover until then: that one holds the lock for a
 * moment, and the file is gone. False: it is gone.
 */
static bool lock(int fd)
{
	const uint64_t nap[2] = { 0, 1000000 };
	struct stat st;

	for (int tries = 0; tries < LOCK_TRIES && sys_flock(fd, LOCK_EX_NB) == -EAGAIN; tries++)
		sys_nanosleep(nap, NULL);
	return sys_fstat(fd, &st) == 0 && st.st_nlink > 0;
}

static int create(struct snapshot *s)
{
	for (int tries = 0; tries < CREATE_TRIES; tries++) {
		long fd = FAULTY("snapshot.create", sys_openat(AT_FDCWD, s->temporary,
								 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
								 0600));

		if (fd == -EINTR)
			continue;
		if (fd < 0)
			return snapshot_fail(s, "write", fd == -EEXIST ? s->temporary : s->path, fd);
		fault_point("snapshot.unlocked");
		if (lock((int)fd)) {
			s->fd = (int)fd;
			return 0;
		}
		sys_close((int)fd);
	}
	return snapshot_fail(s, "write", s->path, -EIO);
}

int file_create(struct snapshot *s)
{
	struct stat st;
	struct text t;
	int err;
	long folder = open_folder(s, O_RDONLY);

	if (folder >= 0) {
		remove_leftovers(s, (int)folder);
		sys_close((int)folder);
	}
	if (sys_stat(s->path, &st) == 0 && !S_ISREG(st.st_mode))
		return snapshot_fail(s, "write", s->path, S_ISDIR(st.st_mode) ? -EISDIR : -EEXIST);
	text_init(&t, s->temporary, sizeof s->temporary);
	text_fmt(&t, "%s.tmp.%ld", s->path, sys_getpid());
	err = create(s);
	if (err < 0)
		return err;
	fault_point("snapshot.created");
	s->seekable = sys_lseek(s->fd, 0, SEEK_CUR_WHENCE) >= 0;
	return 0;
}

/* The new name, too, must be on disk. Some file systems know no fsync of a folder. */
static int sync_folder(struct snapshot *s)
{
	char message[CKPT_PATH_SIZE + 256];
	long folder = open_folder(s, O_RDONLY);
	struct text t;
	long err;

	if (folder < 0)
		return 0; /* a folder that may be written to but not read */
	do
		err = FAULTY("snapshot.sync_folder", sys_fsync((int)folder));
	while (err == -EINTR);
	sys_close((int)folder);
	if (err != -EIO && err != -ENOSPC && err != -EDQUOT)
		return 0;
	text_init(&t, message, sizeof message);
	text_fmt(&t, "%s is written and whole, but its folder could not be synced (%s): a power cut may undo it; make "
		     "another one; the program runs on",
		 s->path, err == -EIO ? "input/output error" : "no space left on the device");
	report_error(s->c, "write", message);
	return (int)err;
}

int file_publish(struct snapshot *s)
{
	long err;

	do
		err = FAULTY("snapshot.fsync", sys_fsync(s->fd));
	while (err == -EINTR);
	if (err < 0 && err != -EINVAL)
		return snapshot_fail(s, "write", s->path, err);
	fault_point("snapshot.synced");
	err = FAULTY("snapshot.rename", sys_renameat2(AT_FDCWD, s->temporary, AT_FDCWD, s->path, 0));
	if (err < 0)
		return snapshot_fail(s, "write", s->path, err);
	s->temporary[0] = 0;
	sys_close(s->fd);
	s->fd = -1;
	fault_point("snapshot.renamed");
	return sync_folder(s);
}

void file_abandon(struct snapshot *s)
{
	if (s->fd >= 0 && s->temporary[0])
		sys_unlinkat(AT_FDCWD, s->temporary, 0);
	s->temporary[0] = 0;
	if (s->fd >= 0)
		sys_close(s->fd);
	s->fd = -1;
}
