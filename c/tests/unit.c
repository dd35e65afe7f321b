/* SPDX-License-Identifier: MIT */
/*
 * unit.c - the pure parts of both sides (no system call, no state) under AddressSanitizer and UndefinedBehaviorSanitizer, which
 * code without libc can't have: text, checksums, CBOR both ways, lines of maps, tables of fields, the hole, signal frames. Every
 * input lies in a block of the heap of its own size, so that a byte too far is seen; cut at every length and with flipped bits.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/x86_64/frame.h"
#include "common/cbor_read.h"
#include "common/cbor_write.h"
#include "common/crc32c.h"
#include "common/maps.h"
#include "common/str.h"
#include "restart/fields.h"
#include "restart/hole.h"

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			printf("FAIL %s:%d: %s\n", __FILE__, __LINE__, #condition);                          \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

static uint64_t random_state = 88172645463325252ull;

static uint64_t any(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* A copy whose end is the end of its block. */
static void *block(const void *data, size_t n)
{
	void *copy = malloc(n ? n : 1);

	CHECK(copy);
	memcpy(copy, data, n);
	return copy;
}

static char *line_block(const char *line, size_t n)
{
	char *copy = malloc(n + 1);

	CHECK(copy);
	memcpy(copy, line, n);
	copy[n] = 0;
	return copy;
}

static void test_text(void)
{
	for (size_t size = 1; size < 80; size++) {
		char *buf = malloc(size);
		struct text t;

		CHECK(buf);
		text_init(&t, buf, size);
		text_fmt(&t, "%s %d %ld %lu %lx %%", "word", INT_MIN, LONG_MIN, ULONG_MAX, ULONG_MAX);
		CHECK(t.full == (size < 78) && strlen(buf) == t.len && t.len < size);
		if (!t.full)
			CHECK(!strcmp(buf, "word -2147483648 -9223372036854775808 18446744073709551615 "
					   "ffffffffffffffff %"));
		free(buf);
	}
	for (unsigned base = 8; base <= 16; base += base == 8 ? 2 : 6) {
		const char *digits = "777777777777777777777777 x";
		const char *p = digits;

		str_number(&p, base); /* too large: it wraps, as unsigned numbers do */
		CHECK(*p == ' ');
	}
	CHECK(str_ends("a", "a") && !str_ends("", "a") && str_ends("x (deleted)", " (deleted)"));
	CHECK(!str_find("abc", "cd") && !str_rchr("", '/'));
}

static uint32_t crc_by_bits(uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

static void test_checksum(void)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 63, 4096, 3 * 1024, 24575, 24576, 24577, 100003 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (size_t shift = 0; shift < 9; shift++) {
			size_t n = sizes[i] + shift;
			uint8_t *data = calloc(1, n + 1);
			uint32_t crc;

			CHECK(data);
			for (size_t k = 0; k < n; k++)
				data[k] = (uint8_t)any();
			crc = crc32c(0, data + shift, n - shift);
			CHECK(crc == crc_by_bits(0, data + shift, n - shift));
			CHECK(crc32c(crc32c(0, data, shift), data + shift, n - shift) == crc_by_bits(0, data, n));
			free(data);
		}
}

/* --- CBOR --- */

static void write_items(struct cbor_writer *w)
{
	static const uint64_t numbers[] = { 0, 23, 24, 255, 256, 65535, 65536, UINT32_MAX, 1ull << 32, UINT64_MAX };
	const size_t count = sizeof numbers / sizeof *numbers;

	cbor_map(w, 3);
	cbor_text(w, "numbers");
	cbor_array(w, count);
	for (size_t i = 0; i < count; i++)
		cbor_uint(w, numbers[i]);
	cbor_text(w, "signed");
	cbor_array(w, 3);
	cbor_int(w, -1);
	cbor_int(w, INT64_MIN);
	cbor_int(w, INT64_MAX);
	cbor_key_bytes(w, "bytes", "\0\1\2", 3);
}

static void read_items(struct cbor_reader *r)
{
	size_t pairs = cbor_read_map(r);

	for (size_t i = 0; i < pairs && !r->bad; i++) {
		struct cbor_string key = cbor_read_text(r);

		if (cbor_is(key, "numbers"))
			for (size_t n = cbor_read_array(r); n && !r->bad; n--)
				cbor_read_uint(r);
		else if (cbor_is(key, "signed"))
			for (size_t n = cbor_read_array(r); n && !r->bad; n--)
				cbor_read_int(r);
		else
			cbor_skip(r);
	}
}

static void test_cbor(void)
{
	struct cbor_writer measure = { 0 };
	struct cbor_reader r;
	uint8_t *all, *copy;

	write_items(&measure);
	all = malloc(measure.len);
	CHECK(all);
	for (size_t size = 0; size <= measure.len; size++) { /* what does not fit is not written */
		struct cbor_writer w = { .buf = malloc(size ? size : 1), .size = size };

		CHECK(w.buf);
		write_items(&w);
		CHECK(w.len == measure.len);
		if (size == w.len)
			memcpy(all, w.buf, size);
		free(w.buf);
	}
	for (size_t n = 0; n <= measure.len; n++) {
		copy = block(all, n);
		cbor_read_init(&r, copy, n);
		read_items(&r);
		CHECK(r.bad == (n < measure.len));
		free(copy);
	}
	for (int i = 0; i < 20000; i++) {
		copy = block(all, measure.len);
		for (uint64_t flips = any() % 4 + 1; flips; flips--)
			copy[any() % measure.len] ^= (uint8_t)(1u << any() % 8);
		cbor_read_init(&r, copy, measure.len);
		read_items(&r);
		cbor_read_init(&r, copy, measure.len);
		cbor_skip(&r);
		free(copy);
	}
	all = realloc(all, 1000);
	CHECK(all);
	memset(all, 0x81, 1000); /* arrays in arrays */
	cbor_read_init(&r, all, 1000);
	cbor_skip(&r);
	CHECK(r.bad);
	free(all);
}

/* --- maps and the hole --- */

static void test_maps(void)
{
	static const char line[] = "7f0000000000-7f0000001000 r-xs 00001000 fd:01 123  /a\\012b (deleted)\n";
	static struct map_entry m;
	const char *p;

	for (size_t n = 0; n < sizeof line; n++) {
		char *copy = line_block(line, n);

		p = copy;
		if (!maps_parse_line(&p, &m))
			CHECK(n >= 46 && p <= copy + n);
		else
			CHECK(p == copy);
		free(copy);
	}
	p = line;
	CHECK(!maps_parse_line(&p, &m) && !*p && m.start == 0x7f0000000000 && m.prot == 5 && m.shared && m.deleted);
	CHECK(!strcmp(m.name, "/a\nb (deleted)") && m.offset == 0x1000 && m.dev_major == 0xfd && m.inode == 123);
	for (int i = 0; i < 20000; i++) {
		char *copy = line_block(line, sizeof line - 1);

		copy[any() % (sizeof line - 1)] = (char)(any() % 128);
		p = copy;
		maps_parse_line(&p, &m);
		free(copy);
	}
}

static struct plan *new_plan(size_t capacity)
{
	struct plan *p = calloc(1, capacity);

	CHECK(p);
	p->size = sizeof *p;
	p->capacity = capacity;
	return p;
}

static void test_hole(void)
{
	for (int i = 0; i < 3000; i++) {
		struct plan *p = new_plan(sizeof *p + 64 + 64 * sizeof(struct region));
		char text[8192];
		uint64_t at = 0x10000;
		struct text maps;
		struct region *r;
		int err;

		p->thread_count = 1 + (uint32_t)(any() % 5);
		p->region_count = (uint32_t)(any() % 64);
		p->limits[3][0] = any() % 3 ? 8 << 20 : UINT64_MAX;
		p->regions = plan_take(p, p->region_count * sizeof *r);
		CHECK(p->regions);
		r = plan_regions(p);
		for (uint32_t k = 0; k < p->region_count; k++) {
			r[k].start = at += (any() % (1ull << (any() % 41))) & ~4095ull;
			r[k].end = at += 4096 + (any() % 65536 & ~4095ull);
			r[k].flags = any() % 8 ? 0 : CKPT_REGION_GROWSDOWN;
		}
		text_init(&maps, text, sizeof text);
		text_fmt(&maps, "555500000000-555500010000 r-xp 0 0:0 0\n7ffff0000000-7ffff0010000 rw-p 0 0:0 0 [stack]\n");
		err = hole_choose(p, text);
		for (uint32_t k = 0; !err && k < p->region_count; k++)
			CHECK(r[k].end <= p->hole || r[k].start >= p->park + p->park_size);
		CHECK(err || p->park + p->park_size <= USER_END);
		free(p);
	}
}

/* --- tables of fields --- */

struct record {
	uint64_t large, pair[2];
	uint32_t small;
	ref path;
	bool yes;
};

static const struct field record_fields[] = {
	FIELD("large", FIELD_U64, struct record, large),   FIELD("pair", FIELD_PAIR, struct record, pair),
	FIELD("small", FIELD_U32, struct record, small),   FIELD("path", FIELD_PATH, struct record, path),
	FIELD_MAY("yes", FIELD_BOOL, struct record, yes),
};

static bool read_record(const uint8_t *data, size_t n, struct record *to)
{
	struct plan *p = new_plan(sizeof *p + 8192);
	struct cbor_reader r;
	bool ok;

	cbor_read_init(&r, data, n);
	ok = read_fields(p, &r, record_fields, sizeof record_fields / sizeof *record_fields, to, NULL) && r.at == r.end;
	free(p);
	return ok;
}

static void test_fields(void)
{
	uint8_t buf[128], *copy;
	struct cbor_writer w = { .buf = buf, .size = sizeof buf };
	struct record to;

	cbor_map(&w, 6);
	cbor_key_uint(&w, "large", UINT64_MAX);
	cbor_text(&w, "pair");
	cbor_array(&w, 2);
	cbor_uint(&w, 1);
	cbor_uint(&w, 2);
	cbor_key_uint(&w, "small", UINT32_MAX);
	cbor_key_str(&w, "path", "/tmp/x");
	cbor_key_bool(&w, "yes", true);
	cbor_key_uint(&w, "new", 7);
	CHECK(w.len <= sizeof buf);
	for (size_t n = 0; n <= w.len; n++) {
		copy = block(buf, n);
		memset(&to, 0, sizeof to);
		CHECK(read_record(copy, n, &to) == (n == w.len));
		free(copy);
	}
	CHECK(to.large == UINT64_MAX && to.pair[1] == 2 && to.small == UINT32_MAX && to.yes);
	for (int i = 0; i < 20000; i++) {
		copy = block(buf, w.len);
		copy[any() % w.len] ^= (uint8_t)(1u << any() % 8);
		read_record(copy, w.len, &to);
		free(copy);
	}
}

/* --- frames --- */

static void test_frame(void)
{
	uint64_t features = frame_features();
	uint32_t size = frame_xstate_size(features);
	uint64_t regs[27] = { 0 };
	struct frame_source s = { .regs = regs, .call = -1 };
	static const int64_t results[] = { 0, 5, -4, -11, -512, -513, -514, -516 };

	CHECK(size >= 576 && frame_size(features) >= size);
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		for (uint64_t in_use = 0; in_use <= (features & 0xff); in_use++) {
			uint64_t part = in_use & features;
			uint8_t *xstate = calloc(1, size);
			void *frame = aligned_alloc(FRAME_ALIGN, frame_size(part));

			CHECK(xstate && frame);
			for (uint32_t k = 0; k < 512; k++)
				xstate[k] = (uint8_t)any();
			memcpy(xstate + 512, &part, sizeof part);
			s.xstate = xstate;
			regs[15] = i % 2 ? 219 : 0; /* orig_rax */
			regs[10] = (uint64_t)results[i];
			frame_build(frame, (uint64_t)(uintptr_t)frame, &s);
			free(frame);
			free(xstate);
		}
}

int main(void)
{
	test_text();
	test_checksum();
	test_cbor();
	test_maps();
	test_hole();
	test_fields();
	test_frame();
	printf("PASS\n");
	return 0;
}
