/* SPDX-License-Identifier: MIT */
/* cbor_read.c - the reader of RFC 8949 items. Calls nothing; safe in any context and on any input. */
#include "cbor_read.h"

enum { MAJOR_UINT = 0, MAJOR_NEGATIVE = 1, MAJOR_BYTES = 2, MAJOR_TEXT = 3, MAJOR_ARRAY = 4,
       MAJOR_MAP = 5, MAJOR_SIMPLE = 7 };
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21, SIMPLE_NULL = 22 };

struct head {
	unsigned major;
	uint64_t n;
};

static uint64_t left(const struct cbor_reader *r)
{
	return (uint64_t)(r->end - r->at);
}

static void fail(struct cbor_reader *r)
{
	r->bad = true;
	r->at = r->end;
}

/* The first byte of an item and its argument. Indefinite lengths (31) and reserved ones fail. */
static struct head read_head(struct cbor_reader *r)
{
	struct head h = { 0, 0 };
	unsigned info;
	unsigned bytes;

	if (r->bad || r->at == r->end) {
		fail(r);
		return h;
	}
	h.major = *r->at >> 5;
	info = *r->at & 31;
	r->at++;
	if (info < 24) {
		h.n = info;
		return h;
	}
	bytes = info > 27 ? 0 : 1u << (info - 24);
	if (!bytes || bytes > left(r)) {
		fail(r);
		return h;
	}
	for (; bytes; bytes--)
		h.n = h.n << 8 | *r->at++;
	return h;
}

static uint64_t read_major(struct cbor_reader *r, unsigned major)
{
	struct head h = read_head(r);

	if (h.major != major)
		fail(r);
	return r->bad ? 0 : h.n;
}

static struct cbor_string read_string(struct cbor_reader *r, unsigned major)
{
	struct cbor_string s;
	uint64_t n = read_major(r, major);

	s.data = (const char *)r->end; /* no pointer in static data: the restarter has no relocations */
	s.size = 0;
	if (n > left(r))
		fail(r);
	if (r->bad)
		return s;
	s.data = (const char *)r->at;
	s.size = (size_t)n;
	r->at += n;
	return s;
}

void cbor_read_init(struct cbor_reader *r, const void *data, size_t size)
{
	r->at = data;
	r->end = r->at + size;
	r->bad = false;
}

uint64_t cbor_read_uint(struct cbor_reader *r)
{
	return read_major(r, MAJOR_UINT);
}

int64_t cbor_read_int(struct cbor_reader *r)
{
	struct head h = read_head(r);

	if (h.major > MAJOR_NEGATIVE || h.n > INT64_MAX)
		fail(r);
	if (r->bad)
		return 0;
	return h.major == MAJOR_UINT ? (int64_t)h.n : -1 - (int64_t)h.n;
}

bool cbor_read_bool(struct cbor_reader *r)
{
	uint64_t n = read_major(r, MAJOR_SIMPLE);

	if (n != SIMPLE_FALSE && n != SIMPLE_TRUE)
		fail(r);
	return !r->bad && n == SIMPLE_TRUE;
}

struct cbor_string cbor_read_bytes(struct cbor_reader *r)
{
	return read_string(r, MAJOR_BYTES);
}

struct cbor_string cbor_read_text(struct cbor_reader *r)
{
	return read_string(r, MAJOR_TEXT);
}

size_t cbor_read_array(struct cbor_reader *r)
{
	uint64_t n = read_major(r, MAJOR_ARRAY);

	if (n > left(r))
		fail(r);
	return r->bad ? 0 : (size_t)n;
}

size_t cbor_read_map(struct cbor_reader *r)
{
	uint64_t n = read_major(r, MAJOR_MAP);

	if (n > left(r) / 2)
		fail(r);
	return r->bad ? 0 : (size_t)n;
}

static void skip(struct cbor_reader *r, unsigned depth)
{
	struct head h = read_head(r);

	if (r->bad)
		return;
	switch (h.major) {
	case MAJOR_UINT:
	case MAJOR_NEGATIVE:
		return;
	case MAJOR_BYTES:
	case MAJOR_TEXT:
		if (h.n > left(r))
			fail(r);
		else
			r->at += h.n;
		return;
	case MAJOR_ARRAY:
	case MAJOR_MAP:
		if (!depth || h.n > left(r) / (h.major == MAJOR_MAP ? 2 : 1)) {
			fail(r);
			return;
		}
		for (uint64_t i = h.major == MAJOR_MAP ? 2 * h.n : h.n; i && !r->bad; i--)
			skip(r, depth - 1);
		return;
	case MAJOR_SIMPLE:
		if (h.n != SIMPLE_FALSE && h.n != SIMPLE_TRUE && h.n != SIMPLE_NULL)
			fail(r);
		return;
	default:
		fail(r);
	}
}

void cbor_skip(struct cbor_reader *r)
{
	skip(r, CBOR_MAX_DEPTH);
}

bool cbor_is(struct cbor_string s, const char *text)
{
	size_t i = 0;

	while (i < s.size && text[i] && s.data[i] == text[i])
		i++;
	return i == s.size && !text[i];
}
