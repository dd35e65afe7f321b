/* SPDX-License-Identifier: MIT */
/* stat.h - struct stat of the kernel on x86-64, under names that no libc header takes. */
#ifndef CKPT_RESTART_STAT_H
#define CKPT_RESTART_STAT_H

#include <stdint.h>

struct kernel_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	uint64_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns;
	int64_t unused[3];
};
_Static_assert(sizeof(struct kernel_stat) == 144, "struct stat of x86-64");

static inline uint64_t stat_mtime(const struct kernel_stat *st)
{
	return st->mtime * 1000000000ull + st->mtime_ns;
}

/* The numbers of st_dev, as the kernel's new encoding has them. */
static inline uint32_t dev_major(uint64_t dev)
{
	return (uint32_t)((dev >> 8 & 0xfff) | (dev >> 32 & ~0xfffull));
}

static inline uint32_t dev_minor(uint64_t dev)
{
	return (uint32_t)((dev & 0xff) | (dev >> 12 & ~0xffull));
}

#endif
