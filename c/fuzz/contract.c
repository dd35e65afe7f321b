/* SPDX-License-Identifier: MIT */
/* contract.c - the tool searches another process for the library: its maps and its memory are that process's to choose. */
#include "attach/contract.c"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int tool_fail(struct tool *t, const char *code, const char *fmt, ...)
{
	(void)t, (void)code, (void)fmt;
	return -ECANCELED;
}

/* Two bytes: how much of the input is the text of maps; the rest is memory from 0x10000 on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ckpt_attach_result result;
	static struct tool t;
	uint16_t text;

	fuzz_reset();
	if (size < 2)
		return 0;
	memcpy(&text, data, 2);
	data += 2;
	size -= 2;
	if (text > size)
		text = (uint16_t)size;
	fuzz_file = (struct fuzz_file){ .head = data, .head_size = text };
	fuzz_memory = (struct fuzz_memory){ data + text, size - text, 0x10000 };
	memset(&t, 0, sizeof t);
	t.pid = 1;
	t.result = &result;
	if (!tool_find_contract(&t))
		MUST(memchr(t.contract.path, 0, sizeof t.contract.path));
	return 0;
}
