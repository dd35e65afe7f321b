/* SPDX-License-Identifier: MIT */
/* spawn.h - new threads of this process, without a libc. */
#ifndef CKPT_RESTART_SPAWN_H
#define CKPT_RESTART_SPAWN_H

#include <stddef.h>
#include <stdint.h>

struct clone_args;

/*
 * spawn_clone3(args, size, main, arg) and spawn_clone(flags, stack, main, arg, child_tid): the TID or -errno. The new
 * thread calls main(arg) on its stack, which must not return.
 */
long spawn_clone3(const struct clone_args *args, size_t size, void (*main)(void *), void *arg);
long spawn_clone(uint64_t flags, void *stack, void (*main)(void *), void *arg, uint32_t *child_tid);

/*
 * A thread of the restarter's own that runs main(arg) and then ends by sys_exit(). *running is set, and cleared by the
 * kernel when no instruction of the thread will follow. The TID or -errno.
 */
long spawn_helper(uint64_t stack, uint64_t size, void (*main)(void *), void *arg, uint32_t *running);
void spawn_wait(uint32_t *running);

#endif
