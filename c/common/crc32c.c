/* SPDX-License-Identifier: MIT */
/*
 * crc32c.c - CRC-32C by the crc32 instruction of SSE4.2 on three lanes, or bit by bit in fours where the CPU has
 * none. Calls nothing; safe in any context.
 */
#include "crc32c.h"

#define LANE 8192u

/* What 8192 zero bytes (one lane) do to each bit of the checksum. */
static const uint32_t lane_shift[32] = {
	0xe040e0acu, 0xc56db7a9u, 0x8f3719a3u, 0x1b8245b7u, 0x37048b6eu, 0x6e0916dcu,
	0xdc122db8u, 0xbdc82d81u, 0x7e7c2df3u, 0xfcf85be6u, 0xfc1cc13du, 0xfdd5f48bu,
	0xfe479fe7u, 0xf963493fu, 0xf72ae48fu, 0xebb9bfefu, 0xd29f092fu, 0xa0d264afu,
	0x4448bfafu, 0x88917f5eu, 0x14ce884du, 0x299d109au, 0x533a2134u, 0xa6744268u,
	0x4904f221u, 0x9209e442u, 0x21ffbe75u, 0x43ff7ceau, 0x87fef9d4u, 0x0a118559u,
	0x14230ab2u, 0x28461564u,
};

static const uint32_t nibble[16] = {
	0x00000000u, 0x105ec76fu, 0x20bd8edeu, 0x30e349b1u, 0x417b1dbcu, 0x5125dad3u,
	0x61c69362u, 0x7198540du, 0x82f63b78u, 0x92a8fc17u, 0xa24bb5a6u, 0xb21572c9u,
	0xc38d26c4u, 0xd3d3e1abu, 0xe330a81au, 0xf36e6f75u,
};

/* Applies a linear map of 32 bits, given by its columns. */
static uint32_t apply(const uint32_t columns[32], uint32_t crc)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < 32; i++)
		sum ^= columns[i] & (0u - (crc >> i & 1));
	return sum;
}

static int has_instruction(void)
{
	static int known = -1;

	if (known < 0) {
		unsigned a = 1, b, c, d;

		__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "=c"(c), "=d"(d) : "2"(0));
		known = c >> 20 & 1;
	}
	return known;
}

static inline uint32_t step8(uint64_t crc, const uint8_t *p)
{
	__asm__("crc32q %1, %0" : "+r"(crc) : "m"(*(const uint64_t *)p));
	return (uint32_t)crc;
}

static inline uint32_t step1(uint32_t crc, const uint8_t *p)
{
	__asm__("crc32b %1, %0" : "+r"(crc) : "m"(*p));
	return crc;
}

static uint32_t by_instruction(uint32_t crc, const uint8_t *p, size_t n)
{
	for (; n && ((uintptr_t)p & 7); n--)
		crc = step1(crc, p++);
	for (; n >= 3 * LANE; n -= 3 * LANE, p += 3 * LANE) {
		uint32_t b = 0;
		uint32_t c = 0;

		for (size_t i = 0; i < LANE; i += 8) {
			crc = step8(crc, p + i);
			b = step8(b, p + LANE + i);
			c = step8(c, p + 2 * LANE + i);
		}
		crc = apply(lane_shift, apply(lane_shift, crc) ^ b) ^ c;
	}
	for (; n >= 8; n -= 8, p += 8)
		crc = step8(crc, p);
	for (; n; n--)
		crc = step1(crc, p++);
	return crc;
}

static uint32_t by_table(uint32_t crc, const uint8_t *p, size_t n)
{
	for (; n; n--, p++) {
		crc ^= *p;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return crc;
}

uint32_t crc32c(uint32_t crc, const void *data, size_t n)
{
	return ~(has_instruction() ? by_instruction(~crc, data, n) : by_table(~crc, data, n));
}
