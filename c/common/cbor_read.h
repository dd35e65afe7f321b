/* SPDX-License-Identifier: MIT */
/*
 * cbor_read.h - reads CBOR (RFC 8949) items of an untrusted buffer: definite lengths, shortest integers, no tags,
 * bounded depth. The twin of cbor_write.h. The first error sticks: `bad` stays set, and every later read
 * gives zero, so a caller may look once, at the end. Pointers that it gives point into the buffer.
 */
#ifndef CKPT_COMMON_CBOR_READ_H
#define CKPT_COMMON_CBOR_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CBOR_MAX_DEPTH 16
#define CBOR_MAX_KEY 64

struct cbor_reader {
	const uint8_t *at;
	const uint8_t *end;
	bool bad;
};

/* A byte or text string within the buffer; not NUL-terminated. */
struct cbor_string {
	const char *data;
	size_t size;
};

void cbor_read_init(struct cbor_reader *r, const void *data, size_t size);

uint64_t cbor_read_uint(struct cbor_reader *r);
/* One that is written in 4 or 8 bytes, be it short or not. */
uint64_t cbor_read_wide(struct cbor_reader *r, unsigned bytes);
int64_t cbor_read_int(struct cbor_reader *r);
bool cbor_read_bool(struct cbor_reader *r);
struct cbor_string cbor_read_bytes(struct cbor_reader *r);
struct cbor_string cbor_read_text(struct cbor_reader *r);
/* A text of printable ASCII, of CBOR_MAX_KEY at most. */
struct cbor_string cbor_read_key(struct cbor_reader *r);

/* The number of items, or of pairs, that follow: never more than the bytes that are left. */
size_t cbor_read_array(struct cbor_reader *r);
size_t cbor_read_map(struct cbor_reader *r);

/* Steps over one item of any kind, with all that is in it. */
void cbor_skip(struct cbor_reader *r);

/* Is the string this NUL-terminated text? */
bool cbor_is(struct cbor_string s, const char *text);

#endif
