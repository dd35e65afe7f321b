/* SPDX-License-Identifier: MIT */
/*
 * fields.h - reads a CBOR map into a structure by a table of its keys. Unknown keys are skipped, double ones and
 * missing ones refused. The tables hold no pointer, so they need no relocation.
 */
#ifndef CKPT_RESTART_FIELDS_H
#define CKPT_RESTART_FIELDS_H

#include "common/cbor_read.h"
#include "plan.h"

enum field_type {
	FIELD_U64,
	FIELD_U32,
	FIELD_BOOL,
	FIELD_I64,
	FIELD_PATH, /* bytes → ref of a text without NUL in it, shorter than CKPT_MAX_PATH */
	FIELD_PAIR, /* array [uint, uint] → two uint64_t */
	FIELD_TUPLE3, /* → three uint64_t */
	FIELD_TUPLE4,
	FIELD_UNUSED_U64, /* must be there and be right, and is not needed here */
	FIELD_UNUSED_U32,
	FIELD_UNUSED_BYTES, /* of CKPT_MAX_PATH at most */
	FIELD_SPECIAL, /* the caller's */
};

struct field {
	char key[16];
	uint8_t type; /* enum field_type */
	bool may_miss;
	uint16_t at; /* offset in the structure */
};

#define FIELD(key, type, struct_type, member) { key, type, false, offsetof(struct_type, member) }
#define FIELD_MAY(key, type, struct_type, member) { key, type, true, offsetof(struct_type, member) }
#define FIELD_UNUSED(key, type) { key, type, false, 0 }
#define FIELD_OWN(key, id) { key, FIELD_SPECIAL, false, id }
#define FIELD_OWN_MAY(key, id) { key, FIELD_SPECIAL, true, id }

/* Reads the value of a FIELD_SPECIAL with this id; sets r->bad where it is wrong. */
typedef void field_special(struct plan *p, struct cbor_reader *r, unsigned id, void *to);

/* False where the map is not as it must be. `count` is 64 at most. */
bool read_fields(struct plan *p, struct cbor_reader *r, const struct field *fields, unsigned count,
		 void *to, field_special *special);

/* An array of exactly n unsigned integers. */
void read_tuple(struct cbor_reader *r, uint64_t *to, size_t n);

/* An array of siginfo → ref and count. */
ref read_siginfos(struct plan *p, struct cbor_reader *r, uint32_t *count);

#endif
