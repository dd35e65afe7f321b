/* SPDX-License-Identifier: MIT */
/*
 * say.h - the restarter's lines to the user: "ckpt: …" on descriptor 2, or where that one was moved to.
 * %s, %d, %ld, %lu and %lx as in text_fmt().
 */
#ifndef CKPT_RESTART_SAY_H
#define CKPT_RESTART_SAY_H

/* One whole line; control characters in it are shown as "?". */
#define say(...) \
	do { \
		struct text say_text; \
		text_init(&say_text, say_line, sizeof say_line); \
		text_fmt(&say_text, __VA_ARGS__); \
		say_write(&say_text); \
	} while (0)

#include "common/str.h"

extern char say_line[5 * 4096];
void say_write(struct text *t);
/* Where lines go from now on. */
void say_to(int fd);
/* The name of an error number (-errno or errno), as strerror(3) says it, or "error N". */
const char *error_text(long error);

#endif
