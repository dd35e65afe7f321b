/* SPDX-License-Identifier: MIT */
/* str.c - bytes and text without a libc. May call nothing outside this file. */
#include "str.h"

#ifndef CKPT_HOSTED /* where there is a libc, they are its own */
void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *ret = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return ret;
}

void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *d = to;
	const unsigned char *s = from;

	if (d <= s || d >= s + n)
		return memcpy(to, from, n);
	while (n--) {
		d[n] = s[n];
		__asm__ volatile("" : : : "memory"); /* or the compiler makes it a call of memmove */
	}
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	void *ret = to;

	__asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(byte) : "memory");
	return ret;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (; n >= 8; n -= 8, x += 8, y += 8) {
		uint64_t p, q;

		__builtin_memcpy(&p, x, 8);
		__builtin_memcpy(&q, y, 8);
		if (p != q)
			break;
	}
	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
#endif

size_t str_len(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		__asm__ volatile("" : : : "memory"); /* or it becomes a call of strlen */
	return n;
}

int str_cmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (unsigned char)*a - (unsigned char)*b;
}

bool str_starts(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = str_len(s);
	size_t k = str_len(suffix);

	return n >= k && str_cmp(s + n - k, suffix) == 0;
}

const char *str_find(const char *s, const char *needle)
{
	for (; *s; s++)
		if (str_starts(s, needle))
			return s;
	return NULL;
}

const char *str_rchr(const char *s, char c)
{
	const char *found = NULL;

	for (; *s; s++)
		if (*s == c)
			found = s;
	return found;
}

uint64_t str_number(const char **p, unsigned base)
{
	uint64_t n = 0;

	for (;; (*p)++) {
		unsigned c = (unsigned char)**p;
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			digit = (c | 32) - 'a' + 10;
		else
			return n;
		if (digit >= base)
			return n;
		n = n * base + digit;
	}
}

void text_init(struct text *t, char *buf, size_t size)
{
	t->buf = buf;
	t->size = size;
	t->len = 0;
	t->full = false;
	buf[0] = 0;
}

void text_mem(struct text *t, const char *s, size_t n)
{
	if (n > t->size - 1 - t->len) {
		n = t->size - 1 - t->len;
		t->full = true;
	}
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = 0;
}

void text_str(struct text *t, const char *s)
{
	text_mem(t, s, str_len(s));
}

static void text_base(struct text *t, uint64_t n, unsigned base)
{
	char digits[24];
	size_t i = sizeof digits;

	do {
		digits[--i] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n);
	text_mem(t, digits + i, sizeof digits - i);
}

void text_num(struct text *t, int64_t n)
{
	if (n < 0)
		text_str(t, "-");
	text_base(t, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 10);
}

void text_hex(struct text *t, uint64_t n)
{
	text_base(t, n, 16);
}

void text_vfmt(struct text *t, const char *fmt, va_list ap)
{
	for (const char *p = fmt; *p; p++) {
		if (*p != '%') {
			text_mem(t, p, 1);
			continue;
		}
		p++;
		if (*p == 's') {
			text_str(t, va_arg(ap, const char *));
		} else if (*p == 'd') {
			text_num(t, va_arg(ap, int));
		} else if (*p == 'l' && p[1] == 'd') {
			p++;
			text_num(t, va_arg(ap, long));
		} else if (*p == 'l' && p[1] == 'u') {
			p++;
			text_base(t, va_arg(ap, unsigned long), 10);
		} else if (*p == 'l' && p[1] == 'x') {
			p++;
			text_hex(t, va_arg(ap, unsigned long));
		} else {
			text_mem(t, p, 1);
		}
	}
}

void text_fmt(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vfmt(t, fmt, ap);
	va_end(ap);
}
