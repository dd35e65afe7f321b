/* SPDX-License-Identifier: MIT */
/* fields.c - CBOR maps into structures. Pure: no system call. */
#include "fields.h"

#include "common/str.h"

#define SIGINFO_SIZE 128
#define MAX_PENDING 65536

ref plan_take(struct plan *p, uint64_t n)
{
	uint64_t at = (p->size + 63) & ~63ull;

	if (n > p->capacity || at > p->capacity - n)
		return 0;
	p->size = at + n;
	return (ref)at;
}

ref plan_text_take(struct plan *p, const char *s, uint64_t n)
{
	uint64_t at = p->size;

	if (n >= p->capacity || at >= p->capacity - n)
		return 0;
	memcpy(plan_at(p, (ref)at), s, n);
	p->size = at + n + 1;
	return (ref)at;
}

void read_tuple(struct cbor_reader *r, uint64_t *to, size_t n)
{
	if (cbor_read_array(r) != n)
		r->bad = true;
	for (size_t i = 0; i < n; i++)
		to[i] = cbor_read_uint(r);
}

ref read_siginfos(struct plan *p, struct cbor_reader *r, uint32_t *count)
{
	size_t n = cbor_read_array(r);
	ref at;

	*count = 0;
	if (n > MAX_PENDING)
		r->bad = true;
	if (!n || r->bad)
		return 0;
	at = plan_take(p, n * SIGINFO_SIZE);
	if (!at)
		r->bad = true;
	for (size_t i = 0; i < n && !r->bad; i++) {
		struct cbor_string s = cbor_read_bytes(r);

		if (s.size != SIGINFO_SIZE)
			r->bad = true;
		else
			memcpy((char *)plan_at(p, at) + i * SIGINFO_SIZE, s.data, SIGINFO_SIZE);
	}
	*count = (uint32_t)n;
	return at;
}

static ref read_path(struct plan *p, struct cbor_reader *r)
{
	struct cbor_string s = cbor_read_bytes(r);
	ref at = 0;

	if (s.size >= CKPT_MAX_PATH)
		r->bad = true;
	for (size_t i = 0; i < s.size && !r->bad; i++)
		if (!s.data[i])
			r->bad = true;
	if (!r->bad)
		at = plan_text_take(p, s.data, s.size);
	if (!at)
		r->bad = true;
	return at;
}

static void read_value(struct plan *p, struct cbor_reader *r, const struct field *f, void *to,
		       field_special *special)
{
	void *at = (char *)to + f->at;

	switch (f->type) {
	case FIELD_U64:
		*(uint64_t *)at = cbor_read_uint(r);
		break;
	case FIELD_U32: {
		uint64_t n = cbor_read_uint(r);

		if (n >> 32)
			r->bad = true;
		*(uint32_t *)at = (uint32_t)n;
		break;
	}
	case FIELD_BOOL:
		*(bool *)at = cbor_read_bool(r);
		break;
	case FIELD_I64:
		*(int64_t *)at = cbor_read_int(r);
		break;
	case FIELD_PATH:
		*(ref *)at = read_path(p, r);
		break;
	case FIELD_PAIR:
		read_tuple(r, at, 2);
		break;
	case FIELD_TUPLE3:
		read_tuple(r, at, 3);
		break;
	case FIELD_TUPLE4:
		read_tuple(r, at, 4);
		break;
	case FIELD_UNUSED_U64:
		cbor_read_uint(r);
		break;
	case FIELD_UNUSED_U32:
		if (cbor_read_uint(r) >> 32)
			r->bad = true;
		break;
	case FIELD_UNUSED_BYTES:
		if (cbor_read_bytes(r).size > CKPT_MAX_PATH)
			r->bad = true;
		break;
	default:
		special(p, r, f->at, to);
	}
}

bool read_fields(struct plan *p, struct cbor_reader *r, const struct field *fields, unsigned count,
		 void *to, field_special *special)
{
	uint64_t seen = 0;

	for (size_t pairs = cbor_read_map(r); pairs && !r->bad; pairs--) {
		struct cbor_string key = cbor_read_key(r);
		unsigned i = 0;

		while (i < count && !cbor_is(key, fields[i].key))
			i++;
		if (i == count) {
			cbor_skip(r);
			continue;
		}
		if (seen >> i & 1)
			r->bad = true;
		seen |= 1ull << i;
		read_value(p, r, &fields[i], to, special);
	}
	for (unsigned i = 0; i < count; i++)
		if (!fields[i].may_miss && !(seen >> i & 1))
			r->bad = true;
	return !r->bad;
}
