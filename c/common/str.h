/* SPDX-License-Identifier: MIT */
/*
 * str.h - the few functions on bytes and text that the freestanding parts need. No libc, no allocation;
 * safe in any context. memcpy, memmove, memset and memcmp exist because the compiler calls them.
 */
#ifndef CKPT_COMMON_STR_H
#define CKPT_COMMON_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

size_t str_len(const char *s);
int str_cmp(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* The first place of needle in s, or NULL. */
const char *str_find(const char *s, const char *needle);
/* The last place of c in s, or NULL. */
const char *str_rchr(const char *s, char c);

/* Reads digits at *p in base 8, 10 or 16 and moves *p behind them. No digit: 0, *p unmoved. */
uint64_t str_number(const char **p, unsigned base);

/*
 * A text under construction in a fixed buffer, always NUL-terminated; what does not fit is left out and
 * `full` set.
 */
struct text {
	char *buf;
	size_t size;
	size_t len;
	bool full;
};

void text_init(struct text *t, char *buf, size_t size);
void text_str(struct text *t, const char *s);
void text_mem(struct text *t, const char *s, size_t n);
void text_num(struct text *t, int64_t n);
void text_hex(struct text *t, uint64_t n);
/*
 * A small printf: %s (const char *), %d (int), %ld (long), %lu (unsigned long), %lx (unsigned long), %%.
 */
__attribute__((format(printf, 2, 3))) void text_fmt(struct text *t, const char *fmt, ...);
void text_vfmt(struct text *t, const char *fmt, va_list ap);

#endif
