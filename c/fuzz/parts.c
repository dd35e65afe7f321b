/* SPDX-License-Identifier: MIT */
/* parts.c - see parts.h. */
#include "parts.h"

#include <elf.h>
#include <string.h>

#include "ckpt/image.h"
#include "common/cbor_write.h"
#include "common/crc32c.h"
#include "world.h"

#define HEAD_ROOM (1u << 20)
#define SEAL_ROOM (1u << 20)

const struct part_type part_types[PART_LOADS] = {
	{ "CORE", CKPT_NT_PRSTATUS }, { "CORE", CKPT_NT_PRPSINFO }, { "CORE", CKPT_NT_SIGINFO },
	{ "CORE", CKPT_NT_AUXV },     { "CORE", CKPT_NT_FILE },     { "CORE", CKPT_NT_FPREGSET },
	{ "LINUX", CKPT_NT_X86_XSTATE },
	{ "CKPT", CKPT_NT_IMAGE },    { "CKPT", CKPT_NT_PROCESS },  { "CKPT", CKPT_NT_REGIONS },
	{ "CKPT", CKPT_NT_THREADS },  { "CKPT", CKPT_NT_DESCRIPTORS }, { "CKPT", CKPT_NT_SIGNALS },
	{ "CKPT", CKPT_NT_TIMERS },   { "CKPT", CKPT_NT_SEAL + 1 },
};

static uint8_t head[HEAD_ROOM];
static uint8_t seal[SEAL_ROOM];
static const uint8_t zeros[SEAL_ROOM / 2];

int parts_next(const uint8_t **at, const uint8_t *end, unsigned *kind, const uint8_t **bytes, size_t *n)
{
	if (end - *at < 3)
		return 0;
	*kind = (*at)[0] % PART_KINDS;
	*n = (size_t)((*at)[1] | (*at)[2] << 8);
	*bytes = *at + 3;
	if (*n > (size_t)(end - *bytes))
		*n = (size_t)(end - *bytes);
	*at = *bytes + *n;
	return 1;
}

static size_t pad4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Length of the CBOR integer at p, 0: none. */
static size_t int_size(const uint8_t *p, const uint8_t *end)
{
	size_t n;

	if (p == end || *p >> 5)
		return 0;
	n = (*p & 31) < 24 ? 1 : (*p & 31) > 27 ? 0 : 1u + (1u << ((*p & 31) - 24));
	return n <= (size_t)(end - p) ? n : 0;
}

/* [offset, size] behind the key in the description of n bytes, which may change its length. */
static size_t set_pair(uint8_t *desc, size_t n, const char *key, uint64_t offset, uint64_t pair_size)
{
	uint8_t pair[32];
	struct cbor_writer w = { pair, sizeof pair, 0 };
	uint8_t *at = memmem(desc, n, key, strlen(key));
	size_t first, second, rest;

	if (!at)
		return n;
	at += strlen(key);
	first = int_size(at, desc + n);
	second = first ? int_size(at + first, desc + n) : 0;
	if (!second)
		return n;
	cbor_uint(&w, offset);
	cbor_uint(&w, pair_size);
	rest = n - (size_t)(at - desc) - first - second;
	memmove(at + w.len, at + first + second, rest);
	memcpy(at, pair, w.len);
	return n - first - second + w.len;
}

static void put_note(uint8_t *to, unsigned kind, const uint8_t *bytes, size_t n)
{
	const struct part_type *t = &part_types[kind];
	uint32_t h[3] = { (uint32_t)strlen(t->name) + 1, (uint32_t)n, t->type };

	memset(to, 0, 20 + pad4(n) + 4);
	memcpy(to, h, sizeof h);
	memcpy(to + 12, t->name, h[0]);
	memcpy(to + 12 + pad4(h[0]), bytes, n);
}

static uint32_t be32(uint32_t n)
{
	return __builtin_bswap32(n);
}

/* The seal's segment for so much data; its head's checksum is not yet known. */
static size_t build_seal(const uint8_t id[16], uint64_t offset, uint64_t data_size)
{
	uint64_t chunks = data_size / CKPT_CHUNK_SIZE + !!(data_size % CKPT_CHUNK_SIZE);
	struct cbor_writer w = { seal + 20, SEAL_ROOM - 64, 0 };
	uint32_t h[3] = { 5, 0, CKPT_NT_SEAL };

	if (chunks > SEAL_ROOM / 8)
		chunks = SEAL_ROOM / 8;
	memset(seal, 0, 256 + 4 * chunks);
	cbor_map(&w, 7);
	cbor_key_bytes(&w, "id", id, 16);
	cbor_key_uint(&w, "chunk", CKPT_CHUNK_SIZE);
	cbor_text(&w, "offset");
	cbor_uint64(&w, offset);
	cbor_text(&w, "size");
	cbor_uint64(&w, data_size);
	cbor_text(&w, "head");
	cbor_uint32(&w, 0);
	cbor_key_bytes(&w, "crcs", zeros, 4 * chunks);
	cbor_text(&w, "self");
	cbor_uint32(&w, 0);
	h[1] = (uint32_t)w.len;
	memcpy(seal, h, sizeof h);
	memcpy(seal + 12, "CKPT", 5);
	return 20 + pad4(w.len);
}

static void finish_seal(size_t n, uint32_t sum, const uint8_t choice[3])
{
	uint8_t *at = memmem(seal, n, "\x64head\x1a", 6);
	uint32_t size;

	sum = be32(sum + !!(choice[0] & PARTS_HEAD_SUM));
	memcpy(at + 6, &sum, 4);
	memcpy(&size, seal + 4, 4);
	if (choice[0] & PARTS_SEAL_BYTE)
		seal[choice[1] % n] ^= choice[2];
	sum = be32(crc32c(0, seal, 20 + size - 4) + !!(choice[0] & PARTS_SEAL_SUM));
	memcpy(seal + 20 + size - 4, &sum, 4);
}

int parts_build(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	const uint8_t *at, *bytes;
	uint8_t choice[3], id[16] = { 0 };
	Elf64_Ehdr h = { .e_type = ET_CORE, .e_machine = EM_X86_64, .e_version = 1, .e_phoff = sizeof h,
			 .e_ehsize = sizeof h, .e_phentsize = sizeof(Elf64_Phdr) };
	Elf64_Phdr note = { .p_type = PT_NOTE, .p_align = 4 };
	Elf64_Phdr last = { .p_type = PT_NOTE, .p_align = 4 };
	uint64_t count = 2, data_offset = 0, data_size, seal_size = 0;
	unsigned kind;
	size_t n, load_at;

	if (size < 3 || size > HEAD_ROOM / 4)
		return 0;
	memcpy(choice, data, 3);
	for (at = data + 3; parts_next(&at, end, &kind, &bytes, &n);)
		if (kind == PART_LOADS)
			count += n / sizeof(Elf64_Phdr);
	memcpy(h.e_ident, ELFMAG, SELFMAG);
	h.e_ident[EI_CLASS] = ELFCLASS64;
	h.e_ident[EI_DATA] = ELFDATA2LSB;
	h.e_ident[EI_VERSION] = EV_CURRENT;
	h.e_phnum = (uint16_t)count;
	note.p_offset = sizeof h + count * sizeof note;
	if (choice[0] & PARTS_XNUM) {
		h.e_phnum = PN_XNUM;
		h.e_shoff = note.p_offset;
		h.e_shnum = 1;
		h.e_shentsize = sizeof(Elf64_Shdr);
		note.p_offset += sizeof(Elf64_Shdr);
	}
	/* The data's size and place are in a note whose length hangs on them: a few rounds. */
	for (int round = 0; round < 5; round++) {
		uint64_t before = data_offset ^ seal_size << 32;
		size_t to = note.p_offset;

		data_size = 0;
		load_at = sizeof h + sizeof note;
		memset(head, 0, note.p_offset);
		for (at = data + 3; parts_next(&at, end, &kind, &bytes, &n);) {
			if (kind == PART_LOADS) {
				for (; n >= sizeof(Elf64_Phdr); n -= sizeof(Elf64_Phdr), bytes += sizeof(Elf64_Phdr)) {
					Elf64_Phdr load;

					memcpy(&load, bytes, sizeof load);
					if (!(choice[0] & PARTS_OFFSETS))
						load.p_offset = data_offset + data_size;
					data_size += load.p_filesz;
					memcpy(head + load_at, &load, sizeof load);
					load_at += sizeof load;
				}
				continue;
			}
			put_note(head + to, kind, bytes, n); /* every name is padded to 8 bytes */
			if (kind == PART_IMAGE) {
				uint8_t *desc = head + to + 20;
				uint8_t *name = memmem(desc, n, "\x62id\x50", 4);
				uint32_t desc_size;

				if (name && name + 20 <= desc + n)
					memcpy(id, name + 4, 16);
				if (!(choice[0] & PARTS_LAYOUT)) {
					n = set_pair(desc, n, "\x64" "data\x82", data_offset, data_size);
					n = set_pair(desc, n, "\x64seal\x82", data_offset + data_size, seal_size);
				}
				desc_size = (uint32_t)n;
				memset(desc + n, 0, pad4(n) - n);
				memcpy(head + to + 4, &desc_size, 4);
			}
			to += 20 + pad4(n);
		}
		note.p_filesz = to - note.p_offset;
		data_offset = (to + 4095) & ~4095ull;
		memset(head + to, 0, data_offset - to);
		seal_size = build_seal(id, data_offset, data_size);
		if (round && before == (data_offset ^ seal_size << 32))
			break;
	}
	last.p_offset = data_offset + data_size;
	last.p_filesz = seal_size;
	memcpy(head, &h, sizeof h);
	memcpy(head + sizeof h, &note, sizeof note);
	memcpy(head + sizeof h + (count - 1) * sizeof last, &last, sizeof last);
	if (choice[0] & PARTS_XNUM) {
		Elf64_Shdr s = { .sh_size = 1, .sh_info = (uint32_t)count };

		memcpy(head + h.e_shoff, &s, sizeof s);
	}
	if (choice[0] & PARTS_HEAD_BYTE)
		head[choice[1] % sizeof h] ^= choice[2];
	finish_seal(seal_size, crc32c(0, head, data_offset), choice);
	fuzz_file = (struct fuzz_file){ head, data_offset, seal, seal_size, last.p_offset, last.p_offset + seal_size };
	return 1;
}
