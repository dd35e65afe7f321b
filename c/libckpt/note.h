/* SPDX-License-Identifier: MIT */
/* note.h - how a note of the image is written, and what is read for one. */
#ifndef CKPT_NOTE_H
#define CKPT_NOTE_H

#include "snapshot.h"
#include "thread.h"

#define XSTATE_XCR0 464 /* in an XSAVE area */
#define XSTATE_BV 512

/* A note is begun, its description written through w, and ended. */
struct note {
	struct cbor_writer *w;
	uint64_t at;
};

/* Bytes as they are; where w has no buffer they are counted alone. */
void note_put(struct cbor_writer *w, const void *data, uint64_t n);
void note_put_zeros(struct cbor_writer *w, uint64_t n);
struct note note_begin(struct cbor_writer *w, const char *name, uint32_t type);
/* The description began at desc_at. */
void note_end(struct note *n, uint64_t desc_at);

/* A file of /proc, or as much of it as fits. Without it the image would lack something. */
int note_read_proc(struct snapshot *s, const char *path, char *buf, uint64_t size, uint64_t *n);

/* core_notes.c: the notes that the kernel itself writes into a core file. */
int core_notes_put(struct cbor_writer *w, struct snapshot *s, char *buf, uint64_t size);

#endif
