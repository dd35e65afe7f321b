/* SPDX-License-Identifier: MIT */
/*
 * crc32c.h - CRC-32C (iSCSI; RFC 3720 appendix B.4). Start with 0; feed the result back in to go on:
 * crc32c(crc32c(0, a, n), b, m) is the checksum of a followed by b.
 */
#ifndef CKPT_COMMON_CRC32C_H
#define CKPT_COMMON_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *data, size_t n);

#endif
