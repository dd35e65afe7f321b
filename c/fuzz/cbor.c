/* SPDX-License-Identifier: MIT */
/* cbor.c - the reader of CBOR on any bytes. The first bytes say what is read, in turn. */
#include "common/cbor_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(const struct cbor_reader *r, struct cbor_string s, const uint8_t *start)
{
	MUST(s.data >= (const char *)start && s.data + s.size <= (const char *)r->end);
	for (size_t i = 0; i < s.size; i++)
		(void)*(volatile const char *)&s.data[i];
	cbor_is(s, "version");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t plan = size < 8 ? size : 8;
	size_t n = size - plan;
	uint8_t *bytes = malloc(n + !n);
	struct cbor_reader r;

	memcpy(bytes, data + plan, n);
	cbor_read_init(&r, bytes, n);
	for (size_t i = 0; i < plan && !r.bad; i++) {
		const uint8_t *before = r.at;

		switch (data[i] % 9) {
		case 0:
			cbor_skip(&r);
			break;
		case 1:
			cbor_read_uint(&r);
			break;
		case 2:
			cbor_read_int(&r);
			break;
		case 3:
			cbor_read_bool(&r);
			break;
		case 4:
			within(&r, cbor_read_bytes(&r), bytes);
			break;
		case 5:
			within(&r, cbor_read_text(&r), bytes);
			break;
		case 6:
			MUST(cbor_read_array(&r) <= (size_t)(r.end - before));
			break;
		case 7:
			MUST(2 * cbor_read_map(&r) <= (size_t)(r.end - before));
			break;
		default:
			while (!r.bad && r.at < r.end)
				cbor_skip(&r);
		}
		MUST(r.bad ? r.at == r.end : r.at >= before && r.at <= r.end);
	}
	free(bytes);
	return 0;
}
