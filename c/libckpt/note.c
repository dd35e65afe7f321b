/* SPDX-License-Identifier: MIT */
/* note.c - how a note of the image is written. Runs in the snapshot; system calls and str.c only. */
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "note.h"

void note_put(struct cbor_writer *w, const void *data, uint64_t n)
{
	if (w->buf && w->len + n <= w->size) /* else it is measured */
		memcpy(w->buf + w->len, data, n);
	w->len += n;
}

void note_put_zeros(struct cbor_writer *w, uint64_t n)
{
	/* the buffer is fresh: zero already */
	w->len += n;
}

struct note note_begin(struct cbor_writer *w, const char *name, uint32_t type)
{
	uint32_t head[3] = { (uint32_t)str_len(name) + 1, 0, type };
	struct note n = { .w = w, .at = w->len };

	note_put(w, head, sizeof head);
	note_put(w, name, head[0]);
	note_put_zeros(w, -w->len & 3);
	return n;
}

void note_end(struct note *n, uint64_t desc_at)
{
	uint32_t size = (uint32_t)(n->w->len - desc_at);

	if (n->w->buf && n->at + 8 <= n->w->size)
		memcpy(n->w->buf + n->at + 4, &size, 4);
	note_put_zeros(n->w, -n->w->len & 3);
}

int note_read_proc(struct snapshot *s, const char *path, char *buf, uint64_t size, uint64_t *n)
{
	long got = FAULTY("snapshot.proc", proc_read(path, buf, size));

	if (got < 0 && got != -E2BIG)
		return snapshot_fail(s, "read", path, got);
	*n = got < 0 ? size - 1 : (uint64_t)got;
	return 0;
}
