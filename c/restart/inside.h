/* SPDX-License-Identifier: MIT */
/*
 * inside.h - the phases that run in the hole, when the memory of the process is being replaced. They live on the hole's
 * stack and know the plan alone. Each returns 0, or -1 after it told why; then the process ends with status 125.
 */
#ifndef CKPT_RESTART_INSIDE_H
#define CKPT_RESTART_INSIDE_H

#include "plan.h"

/* go.c: the first function in the hole; never returns */
__attribute__((noreturn, visibility("hidden"))) void go(struct plan *p);

/* memory.c */
int memory_clear(struct plan *p);  /* nothing but the hole and the parked vdso remains */
int memory_map(struct plan *p);    /* every region, empty */
int memory_finish(struct plan *p); /* protections, advice, names; brk, arguments, environment */

/* fill.c: the bytes of the image, each chunk compared with its checksum */
int memory_fill(struct plan *p);

/* vdso.c */
struct map_entry;
void vdso_note(const struct map_entry *m); /* a mapping of the kernel's: part of the vdso or its data? */
int vdso_park(struct plan *p);
bool vdso_holds(uint64_t start, uint64_t end); /* is this part of it, where it lies now? */
int vdso_place(struct plan *p, const struct region *g, const uint8_t *saved, uint64_t n);

/* descriptors.c */
int descriptors_rebuild(struct plan *p);
void descriptors_finish(void); /* the restarter's own are closed; nothing can be told any more */

/* process.c */
int process_rebuild(struct plan *p); /* cwd, umask, limits … */
int signals_rebuild(struct plan *p); /* dispositions, pending signals of the process, timers */

/* threads.c */
int threads_start(struct plan *p);
__attribute__((noreturn)) void threads_leave(struct plan *p);

#endif
