/* SPDX-License-Identifier: MIT */
/* cbor_write.c - the writer of RFC 8949 items. Calls str.c alone; safe in any context. */
#include "cbor_write.h"

#include "str.h"

enum { MAJOR_UINT = 0, MAJOR_NEGATIVE = 1, MAJOR_BYTES = 2, MAJOR_TEXT = 3, MAJOR_ARRAY = 4,
       MAJOR_MAP = 5, MAJOR_SIMPLE = 7 };

static void put(struct cbor_writer *w, const void *data, size_t n)
{
	if (w->len + n <= w->size)
		memcpy(w->buf + w->len, data, n);
	w->len += n;
}

/* The first byte and `bytes` bytes of argument, big-endian. */
static void put_head(struct cbor_writer *w, unsigned major, uint64_t n, unsigned bytes)
{
	uint8_t head[9];
	unsigned log = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;

	head[0] = (uint8_t)(major << 5 | (bytes ? 24 + log : n));
	for (unsigned i = 0; i < bytes; i++)
		head[1 + i] = (uint8_t)(n >> 8 * (bytes - 1 - i));
	put(w, head, 1 + bytes);
}

static void put_shortest(struct cbor_writer *w, unsigned major, uint64_t n)
{
	put_head(w, major, n, n < 24 ? 0 : n < 1u << 8 ? 1 : n < 1u << 16 ? 2 : n >> 32 ? 8 : 4);
}

void cbor_uint(struct cbor_writer *w, uint64_t n)
{
	put_shortest(w, MAJOR_UINT, n);
}

void cbor_int(struct cbor_writer *w, int64_t n)
{
	if (n < 0)
		put_shortest(w, MAJOR_NEGATIVE, (uint64_t)(-1 - n));
	else
		cbor_uint(w, (uint64_t)n);
}

void cbor_uint32(struct cbor_writer *w, uint32_t n)
{
	put_head(w, MAJOR_UINT, n, 4);
}

void cbor_uint64(struct cbor_writer *w, uint64_t n)
{
	put_head(w, MAJOR_UINT, n, 8);
}

void cbor_bytes(struct cbor_writer *w, const void *data, size_t n)
{
	put_shortest(w, MAJOR_BYTES, n);
	put(w, data, n);
}

void cbor_bytes_str(struct cbor_writer *w, const char *s)
{
	cbor_bytes(w, s, str_len(s));
}

void cbor_text(struct cbor_writer *w, const char *s)
{
	size_t n = str_len(s);

	put_shortest(w, MAJOR_TEXT, n);
	put(w, s, n);
}

void cbor_array(struct cbor_writer *w, uint64_t count)
{
	put_shortest(w, MAJOR_ARRAY, count);
}

void cbor_map(struct cbor_writer *w, uint64_t pairs)
{
	put_shortest(w, MAJOR_MAP, pairs);
}

void cbor_bool(struct cbor_writer *w, bool b)
{
	put_head(w, MAJOR_SIMPLE, b ? 21 : 20, 0);
}

void cbor_key_uint(struct cbor_writer *w, const char *key, uint64_t n)
{
	cbor_text(w, key);
	cbor_uint(w, n);
}

void cbor_key_bytes(struct cbor_writer *w, const char *key, const void *data, size_t n)
{
	cbor_text(w, key);
	cbor_bytes(w, data, n);
}

void cbor_key_str(struct cbor_writer *w, const char *key, const char *s)
{
	cbor_text(w, key);
	cbor_bytes_str(w, s);
}

void cbor_key_bool(struct cbor_writer *w, const char *key, bool b)
{
	cbor_text(w, key);
	cbor_bool(w, b);
}
