/* SPDX-License-Identifier: MIT */
/* procfs.h - small files of /proc. */
#ifndef CKPT_RESTART_PROCFS_H
#define CKPT_RESTART_PROCFS_H

#include <stddef.h>
#include <stdint.h>

/* The file, as far as it fits, NUL-terminated: bytes, or -errno. */
long procfs_read(const char *path, char *buf, size_t size);

/* The names and states of a process or thread: comm of at most 15 bytes, and the state letter, 0: no such process. */
char procfs_state(uint32_t pid, char comm[16]);

#endif
