/* SPDX-License-Identifier: MIT */
/*
 * parts.h - an image as a fuzzer likes it: three bytes of choices, then parts of [kind, size (2 bytes), bytes]. Offsets, sizes and
 * checksums are not in it; parts_build() makes an image of it, with all of them right unless the choices say otherwise. So what
 * is altered in the parts gets behind the checksums.
 */
#ifndef CKPT_FUZZ_PARTS_H
#define CKPT_FUZZ_PARTS_H

#include <stddef.h>
#include <stdint.h>

/* Kinds: 0 to 6 the core's notes, 7 to 13 CKPT_NT_IMAGE and the next ones, 14 a later one, 15 PT_LOADs as they are. */
#define PART_IMAGE 7u
#define PART_LATER 14u
#define PART_LOADS 15u
#define PART_KINDS 16u

struct part_type {
	char name[8];
	uint32_t type;
};
extern const struct part_type part_types[PART_LOADS];

/* Choices, first byte. */
#define PARTS_XNUM 1u        /* the number of program headers is in a section header */
#define PARTS_OFFSETS 2u     /* p_offset stays as it is in the parts */
#define PARTS_LAYOUT 4u      /* the note image's data and seal stay as they are */
#define PARTS_HEAD_SUM 8u    /* the head's checksum is wrong */
#define PARTS_SEAL_SUM 16u   /* the seal's */
#define PARTS_SEAL_BYTE 32u  /* byte (second) of the seal is XORed with the third, before its checksum is made */
#define PARTS_HEAD_BYTE 64u  /* byte (second) of the ELF header, the same */

/* The image in fuzz_file; its bytes are valid until the next call. False where the parts are too many. */
int parts_build(const uint8_t *data, size_t size);

/* The next part: its kind, bytes and size; 0 at the end. A size that reaches over the end is cut. */
int parts_next(const uint8_t **at, const uint8_t *end, unsigned *kind, const uint8_t **bytes, size_t *n);

#endif
