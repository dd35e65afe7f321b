/* SPDX-License-Identifier: MIT */
/* proxy.h - the program as a child with its old PID, and the process that stays in its place for the shell. */
#ifndef CKPT_RESTART_PROXY_H
#define CKPT_RESTART_PROXY_H

#include "plan.h"

/*
 * Makes the child and becomes its proxy, and never returns; or returns 0 where the PID can't be had and a fresh one is
 * as good (auto), or the exit status, the reason told.
 */
int proxy_try(struct plan *p);

#endif
