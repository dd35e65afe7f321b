/* SPDX-License-Identifier: MIT */
/* pack.c - pack IMAGE PARTS: an image into the form of parts.h, a seed for the target image. Files named in it stay. */
#include "parts.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *out;

static void put(unsigned kind, const uint8_t *bytes, size_t n)
{
	uint8_t head[3] = { (uint8_t)kind, (uint8_t)n, (uint8_t)(n >> 8) };

	if (n > 65535) {
		fprintf(stderr, "a part of %zu bytes\n", n);
		exit(1);
	}
	fwrite(head, 1, sizeof head, out);
	fwrite(bytes, 1, n, out);
}

int main(int argc, char **argv)
{
	static uint8_t image[8 << 20];
	Elf64_Ehdr h;
	Elf64_Phdr note;
	FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
	size_t size = in ? fread(image, 1, sizeof image, in) : 0;

	out = in ? fopen(argv[2], "wb") : NULL;
	if (!out || size < sizeof h + sizeof note)
		return 1;
	memcpy(&h, image, sizeof h);
	memcpy(&note, image + sizeof h, sizeof note);
	fwrite("\0\0\0", 1, 3, out);
	put(PART_LOADS, image + sizeof h + sizeof note, (h.e_phnum - 2u) * sizeof note);
	for (size_t at = note.p_offset; at < note.p_offset + note.p_filesz;) {
		uint32_t n[3];
		unsigned kind = 0;

		memcpy(n, image + at, sizeof n);
		while (kind < PART_LOADS && part_types[kind].type != n[2])
			kind++;
		at += sizeof n + ((n[0] + 3) & ~3u);
		put(kind, image + at, n[1]);
		at += (n[1] + 3) & ~3u;
	}
	return fclose(out) ? 1 : 0;
}
