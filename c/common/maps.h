/* SPDX-License-Identifier: MIT */
/* maps.h - one line of /proc/PID/maps or the first of a record of smaps; see proc_pid_maps(5). No allocation. */
#ifndef CKPT_COMMON_MAPS_H
#define CKPT_COMMON_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "ckpt/image.h"

struct map_entry {
	uint64_t start, end;
	uint32_t prot; /* CKPT_PROT_… */
	bool shared;
	bool deleted; /* the name ends in " (deleted)" */
	uint64_t offset;
	uint32_t dev_major, dev_minor;
	uint64_t inode;
	char name[CKPT_MAX_PATH]; /* "\012" undone; empty: nameless */
};

/* Reads the line at *p and moves *p to the next. 0, or -EINVAL where it is no such line. */
int maps_parse_line(const char **p, struct map_entry *m);

#endif
