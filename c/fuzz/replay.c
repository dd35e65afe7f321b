/* SPDX-License-Identifier: MIT */
/*
 * replay.c - a fuzz target without libFuzzer, for any compiler with sanitizers: replay ROUNDS SEED FILE… runs each file, then
 * as many inputs made of them by simple alterations. What it finds, it leaves in the file that CKPT_FUZZ_FINDING names.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned int seed);

static uint64_t state;
static uint8_t input[ROOM];
static size_t input_size;

static uint64_t number(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dull >> 11) % below;
}

/* One small change, of the sorts that readers stumble over. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room)
{
	static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
					  0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000, 0xffffffffffffffff };
	size_t at, n;
	uint64_t edge;

	if (!size) {
		if (room)
			data[0] = (uint8_t)number(256);
		return room ? 1 : 0;
	}
	at = number(size);
	n = 1 + number(size - at < 16 ? size - at : 16);
	switch (number(7)) {
	case 0:
		data[at] ^= (uint8_t)(1u << number(8));
		break;
	case 1:
		data[at] = (uint8_t)number(256);
		break;
	case 2: /* a number at the edge, in either order of bytes */
		edge = edges[number(sizeof edges / sizeof *edges)];
		edge = number(2) ? edge : __builtin_bswap64(edge);
		memcpy(data + at, &edge, n < 8 ? n : 8);
		break;
	case 3: /* less */
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	case 4: /* more */
		if (size + n > room)
			break;
		memmove(data + at + n, data + at, size - at);
		return size + n;
	case 5: /* from elsewhere */
		memmove(data + at, data + number(size - n + 1), n);
		break;
	default: /* cut off */
		return number(8) ? size : at;
	}
	return size;
}

static void leave(void)
{
	const char *name = getenv("CKPT_FUZZ_FINDING");
	FILE *f = name ? fopen(name, "wb") : NULL;

	if (!f)
		return;
	fwrite(input, 1, input_size, f);
	fclose(f);
}

void __asan_on_error(void);
void __asan_on_error(void)
{
	leave();
}

static void load(const char *name)
{
	FILE *f = fopen(name, "rb");

	if (!f) {
		printf("FAIL %s can't be read\n", name);
		exit(1);
	}
	input_size = fread(input, 1, ROOM, f);
	fclose(f);
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;

	if (argc < 4)
		return 2;
	state = strtoull(argv[2], NULL, 10) * 0x9e3779b97f4a7c15ull | 1;
	for (int i = 3; i < argc; i++) {
		load(argv[i]);
		LLVMFuzzerTestOneInput(input, input_size);
	}
	for (unsigned long i = 0; i < rounds; i++) {
		load(argv[3 + number((uint64_t)argc - 3)]);
		for (uint64_t times = 1 + number(4); times; times--)
			input_size = LLVMFuzzerCustomMutator
					     ? LLVMFuzzerCustomMutator(input, input_size, ROOM, (unsigned)number(1ull << 32))
					     : LLVMFuzzerMutate(input, input_size, ROOM);
		LLVMFuzzerTestOneInput(input, input_size);
		if (i && i % 50000 == 0) {
			printf("%lu of %lu\n", i, rounds);
			fflush(stdout);
		}
	}
	printf("%d files and %lu inputs made of them\n", argc - 3, rounds);
	return 0;
}
