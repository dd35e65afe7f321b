/* SPDX-License-Identifier: MIT */
/*
 * snapshot.h - the parts of the snapshot: what is mapped (regions.c), which of it is written (plan.c), the notes
 * (notes.c), the bytes (write.c), the file (file.c). It may map memory of its own; `snapshot_scratch` tells where.
 */
#ifndef CKPT_SNAPSHOT_H
#define CKPT_SNAPSHOT_H

#include "common/cbor_write.h"
#include "common/maps.h"
#include "engine.h"

#define MAX_SCRATCH 16
#define FILE_CONTENT_LIMIT (64ull << 20) /* a larger private file mapping is saved by its changed pages alone */

enum region_kind { KIND_ANON, KIND_HEAP, KIND_STACK, KIND_FILE, KIND_VDSO, KIND_VVAR, KIND_VSYSCALL,
		   KIND_SPECIAL };

struct region {
	uint64_t start, end;
	uint64_t offset, inode, size, mtime;
	uint32_t dev_major, dev_minor;
	uint32_t flags; /* CKPT_REGION_… */
	uint8_t prot;
	uint8_t kind;
	bool shared;
	bool deleted;
	bool has_file; /* size and mtime are known */
	uint32_t name; /* offset in names */
};

/* One program header: [start, end) of a region, with or without bytes in the file. */
struct run {
	uint64_t start, end;
	uint32_t region;
	bool data;
};

struct snapshot {
	struct capture *c;
	int32_t helper; /* whose fork this is */
	struct { uint64_t start, end; } scratch[MAX_SCRATCH];
	unsigned scratch_count;

	struct region *regions;
	uint32_t region_count, region_room;
	char *names;
	uint64_t names_size, names_room;

	struct run *runs;
	uint64_t run_count, run_room;
	uint64_t data_size;

	uint8_t id[16];
	uint64_t data_offset;
	uint64_t seal_size;
	uint8_t *head; /* ELF header … padding */
	uint64_t head_size;

	int fd;
	int mem; /* /proc/self/mem */
	bool seekable;
	uint32_t head_crc;
	uint32_t *crcs;
	uint64_t chunk_count;
	uint32_t crc; /* of the chunk that is being written */
	uint64_t written; /* bytes of data */
	uint64_t hole; /* zero bytes that are owed to the file */
	uint8_t *bounce;
	const struct region *ended; /* of a file that ends before some page of it */
	uint64_t last_progress_ns;
	uint64_t total_size;
	char path[CKPT_PATH_SIZE];
	char temporary[CKPT_PATH_SIZE + 32];
};

/*
 * Memory that is not the program's; zeroed; NULL where there is none. Not much more than is needed: all of it counts
 * under RLIMIT_AS, and where the kernel commits no more memory than it has.
 */
void *snapshot_map(struct snapshot *s, uint64_t size);
/* More of it: what `old` held lies at the new address. NULL: `old` is as it was. */
void *snapshot_grow(struct snapshot *s, void *old, uint64_t size);

int regions_read(struct snapshot *s);
int plan_runs(struct snapshot *s);
/* Builds s->head and all offsets. */
int notes_build(struct snapshot *s);
int write_image(struct snapshot *s);
/* FILE.tmp.PID beside the image: created, locked; and what ends it. */
int file_create(struct snapshot *s);
int file_publish(struct snapshot *s);
void file_abandon(struct snapshot *s);

/* Reports "cannot WHAT FILE: reason and cure"; returns err. */
int snapshot_fail(struct snapshot *s, const char *what, const char *file, long err);

#endif
