/* SPDX-License-Identifier: MIT */
/* cbor_read.c - the reader of RFC 8949 items. Calls nothing; safe in any context and on any input. */
#include "cbor_read.h"

enum { MAJOR_UINT = 0, MAJOR_NEGATIVE = 1, MAJOR_BYTES = 2, MAJOR_TEXT = 3, MAJOR_ARRAY = 4,
       MAJOR_MAP = 5, MAJOR_SIMPLE = 7 };
enum { SIMPLE_FALSE = 20, SIMPLE_TRUE = 21 };

struct head {
	unsigned major;
	unsigned info; /* the five bits beside the major type */
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
static struct head read_any_head(struct cbor_reader *r)
{
	struct head h = { 0, 0, 0 };
	unsigned bytes;

	if (r->bad || r->at == r->end) {
		fail(r);
		return h;
	}
	h.major = *r->at >> 5;
	h.info = *r->at & 31;
	r->at++;
	if (h.info < 24) {
		h.n = h.info;
		return h;
	}
	bytes = h.info > 27 ? 0 : 1u << (h.info - 24);
	if (!bytes || bytes > left(r)) {
		fail(r);
		return h;
	}
	for (; bytes; bytes--)
		h.n = h.n << 8 | *r->at++;
	return h;
}

/* One whose argument is not written longer than it must be. A float's has its own length. */
static struct head read_head(struct cbor_reader *r)
{
	struct head h = read_any_head(r);
	uint64_t least = h.info < 24 ? 0 : h.info == 24 ? 24 : 1ull << (4u << (h.info & 3u));

	if (h.n < least && (h.major != MAJOR_SIMPLE || h.info == 24))
		fail(r);
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

uint64_t cbor_read_wide(struct cbor_reader *r, unsigned bytes)
{
	struct head h = read_any_head(r);

	if (h.major != MAJOR_UINT || h.info != (bytes == 8 ? 27 : 26))
		fail(r);
	return r->bad ? 0 : h.n;
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
	struct head h = read_head(r);

	if (h.major != MAJOR_SIMPLE || (h.info != SIMPLE_FALSE && h.info != SIMPLE_TRUE))
		fail(r);
	return !r->bad && h.info == SIMPLE_TRUE;
}

struct cbor_string cbor_read_bytes(struct cbor_reader *r)
{
	return read_string(r, MAJOR_BYTES);
}

struct cbor_string cbor_read_text(struct cbor_reader *r)
{
	return read_string(r, MAJOR_TEXT);
}

struct cbor_string cbor_read_key(struct cbor_reader *r)
{
	struct cbor_string s = cbor_read_text(r);

	if (s.size > CBOR_MAX_KEY)
		fail(r);
	for (size_t i = 0; i < s.size && !r->bad; i++)
		if (s.data[i] < ' ' || s.data[i] > '~')
			fail(r);
	if (r->bad)
		s.size = 0;
	return s;
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
	case MAJOR_SIMPLE: /* false, true, null, undefined, floats of three lengths */
		if (h.info < SIMPLE_FALSE || h.info == 24)
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
