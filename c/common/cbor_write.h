/* SPDX-License-Identifier: MIT */
/*
 * cbor_write.h - writes CBOR (RFC 8949), definite lengths, shortest integers. Where the buffer ends, writing
 * stops but `len` goes on counting, so one pass with size 0 measures.
 */
#ifndef CKPT_COMMON_CBOR_WRITE_H
#define CKPT_COMMON_CBOR_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cbor_writer {
	uint8_t *buf;
	size_t size;
	size_t len;
};

void cbor_uint(struct cbor_writer *w, uint64_t n);
void cbor_int(struct cbor_writer *w, int64_t n);
void cbor_uint32(struct cbor_writer *w, uint32_t n); /* always 5 bytes */
void cbor_uint64(struct cbor_writer *w, uint64_t n); /* always 9 bytes */
void cbor_bytes(struct cbor_writer *w, const void *data, size_t n);
void cbor_bytes_str(struct cbor_writer *w, const char *s);
void cbor_text(struct cbor_writer *w, const char *s);
void cbor_array(struct cbor_writer *w, uint64_t count);
void cbor_map(struct cbor_writer *w, uint64_t pairs);
void cbor_bool(struct cbor_writer *w, bool b);

/* A key and its value. */
void cbor_key_uint(struct cbor_writer *w, const char *key, uint64_t n);
void cbor_key_bytes(struct cbor_writer *w, const char *key, const void *data, size_t n);
void cbor_key_str(struct cbor_writer *w, const char *key, const char *s);
void cbor_key_bool(struct cbor_writer *w, const char *key, bool b);

#endif
