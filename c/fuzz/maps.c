/* SPDX-License-Identifier: MIT */
/* maps.c - lines of /proc/PID/maps: the names in them are other people's. */
#include "common/maps.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct map_entry m;
	char *text = malloc(size + 1);
	const char *at = text;

	memcpy(text, data, size);
	text[size] = 0;
	while (*at) {
		const char *before = at;

		if (maps_parse_line(&at, &m)) {
			MUST(at == before);
			break;
		}
		MUST(at > before && at <= text + size && m.start < m.end);
		MUST(memchr(m.name, 0, sizeof m.name));
	}
	free(text);
	return 0;
}
