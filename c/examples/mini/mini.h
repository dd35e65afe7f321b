/* SPDX-License-Identifier: MIT */
/*
 * mini.h - what the files of mini's libckpt.so know of each other. door.c is where to begin.
 *
 * All of it runs inside somebody else's program, and most of it in a signal handler, at any moment of that program: in the middle of
 * malloc(), say. So it may call only what signal-safety(7) allows: no malloc, no stdio. Its variables are static.
 */
#ifndef MINI_H
#define MINI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../beside.h"
#include "../proc-self-maps.h"
#include "image.h"

#define PAGE 4096u
#define USER_END 0x7ffffffff000u /* addresses above belong to the kernel */

/* door.c: one line on standard error, "ckpt: FIRST SECOND; THIRD"; second may be NULL. Returns false, so that one can return it. */
bool complain(const char *first, const char *second, const char *third);

/* state.c: what the kernel holds for the process beside memory and registers. */
void remember_inherited(void); /* at the start: which pipes came with it */
bool remember_state(void);     /* false, and it has complained: there is something that can't be saved */
void put_state_back(void);     /* in the restored program; ends it where that is not possible */

/* save.c: true, or false and it has complained. */
bool save(const char *image, const gregset_t registers, void (*resume)(uint64_t hole, uint64_t size));

/* restore.c: becomes the program of the image; never comes back. */
_Noreturn void restore(const char *image);

/* file.c: puts more behind the text in `to`, of size bytes; false: it does not fit, and is cut. */
bool append(char *to, size_t size, const char *more);
/* All of n bytes, however many calls it takes; false: errno says why (0: the file ends before). */
bool read_all(int fd, void *to, size_t n);
bool write_all(int fd, const void *from, size_t n);
/* What a file of /proc holds, size bytes at most; returns how many they are, 0 where it cannot be read. */
size_t read_file(const char *path, void *to, size_t size);
/* The text of one that is not too long for it, or "". */
const char *read_text(const char *path, char *to, size_t size);
/* A sum over memory: of [vdso], whose code differs from kernel to kernel. */
uint64_t sum_bytes(uint64_t start, uint64_t end);
/* Is it one of those segments which the kernel gives to every process? By rule: the next kernel may have one more. */
bool is_kernel_segment(const char *name);

#endif
