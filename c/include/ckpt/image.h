/* SPDX-License-Identifier: MIT */
/*
 * image.h - the numbers of the image format that the writer (libckpt), the readers (ckpt-restart and
 * @ckpt/format) and their tests share. docs/image-format.md is the normative text; a test compares the
 * constants below with those of the TypeScript side. Numbers only: no function, no libc header but stdint.
 */
#ifndef CKPT_IMAGE_H
#define CKPT_IMAGE_H

#include <stdint.h>

#define CKPT_IMAGE_VERSION 1u
#define CKPT_NOTE_NAME "CKPT" /* n_namesz 5, padded to 8 */
#define CKPT_PAGE_SIZE 4096u

/* Note types. gdb looks at the type alone, so ours start where no other does ("CKP" in ASCII). */
#define CKPT_NT_IMAGE 0x434b5001u
#define CKPT_NT_PROCESS 0x434b5002u
#define CKPT_NT_REGIONS 0x434b5003u
#define CKPT_NT_THREADS 0x434b5004u
#define CKPT_NT_DESCRIPTORS 0x434b5005u
#define CKPT_NT_SIGNALS 0x434b5006u
#define CKPT_NT_TIMERS 0x434b5007u
#define CKPT_NT_SEAL 0x434b5008u

/* The data is checked in chunks of this many bytes of the file; the last one may be shorter. */
#define CKPT_CHUNK_SIZE (1u << 20)

/* Region protection, note "regions", key "prot". */
#define CKPT_PROT_READ 1u
#define CKPT_PROT_WRITE 2u
#define CKPT_PROT_EXEC 4u

/* Region flags, note "regions", key "flags" (after VmFlags of proc_pid_smaps(5)). */
#define CKPT_REGION_NORESERVE 0x001u   /* nr */
#define CKPT_REGION_GROWSDOWN 0x002u   /* gd */
#define CKPT_REGION_DONTDUMP 0x004u    /* dd */
#define CKPT_REGION_HUGEPAGE 0x008u    /* hg */
#define CKPT_REGION_NOHUGEPAGE 0x010u  /* nh */
#define CKPT_REGION_WIPEONFORK 0x020u  /* wf */
#define CKPT_REGION_DONTFORK 0x040u    /* dc */
#define CKPT_REGION_LOCKED 0x080u      /* lo */
#define CKPT_REGION_MAYWRITE 0x100u    /* mw: a shared mapping whose file was open for writing */
#define CKPT_REGION_MERGEABLE 0x200u   /* mg */
#define CKPT_REGION_CONTENT 0x400u     /* every page that holds anything is in the image: the file can do without */

/* Bounds that a reader may rely on, and refuses beyond. */
#define CKPT_MAX_THREADS 16384u
#define CKPT_MAX_REGIONS 1048576u
#define CKPT_MAX_DESCRIPTORS 65536u
#define CKPT_MAX_NOTES_SIZE (256u << 20)
#define CKPT_MAX_XSAVE 16384u
#define CKPT_MAX_PATH 4096u

/* ELF core notes of the kernel (name "CORE", XSTATE and the like "LINUX"), sizes on x86-64. */
#define CKPT_NT_PRSTATUS 1u
#define CKPT_NT_FPREGSET 2u
#define CKPT_NT_PRPSINFO 3u
#define CKPT_NT_AUXV 6u
#define CKPT_NT_SIGINFO 0x53494749u
#define CKPT_NT_FILE 0x46494c45u
#define CKPT_NT_X86_XSTATE 0x202u
#define CKPT_PRSTATUS_SIZE 336u
#define CKPT_PRSTATUS_PID 32u   /* offset of pr_pid */
#define CKPT_PRSTATUS_REGS 112u /* offset of pr_reg, 27 registers of 8 bytes as in user_regs_struct */
#define CKPT_FPREGSET_SIZE 512u
#define CKPT_PRPSINFO_SIZE 136u

/* Exit status of ckpt's own programs (the program's own for run and restart otherwise). */
#define CKPT_EXIT_USAGE 2
#define CKPT_EXIT_FAILED 125
#define CKPT_EXIT_NOT_EXECUTABLE 126
#define CKPT_EXIT_NOT_FOUND 127

#endif
