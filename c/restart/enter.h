/* SPDX-License-Identifier: MIT */
/* enter.h - from the restarter's own process into the program's: the original executable is started, and stopped before
 * its first instruction; then the hole is filled and the restarter goes on there. */
#ifndef CKPT_RESTART_ENTER_H
#define CKPT_RESTART_ENTER_H

#include "plan.h"

/* This process becomes the program, its PID is a fresh one; never returns. */
__attribute__((noreturn)) void enter_fresh(struct plan *p);

/*
 * The same for a child whose tracer is its parent: reads the tracer's word from fd. The parent calls trace() with the
 * other end; it returns -1 when the child is on its way, or its wait status when it has ended: then it is reaped.
 */
__attribute__((noreturn)) void enter_traced(struct plan *p, int fd);
int trace(struct plan *p, int pid, int fd);

#endif
