/* SPDX-License-Identifier: MIT */
/* raw.c - any bytes as a file: whatever it is, one line and status 125 (127 is for a file that is not there). */
#include "restart/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image im;
	struct plan *p;
	int err;

	fuzz_reset();
	fuzz_file = (struct fuzz_file){ .head = data, .head_size = size, .size = size };
	err = image_open(&im, "image", false);
	if (!err)
		err = plan_decode(&im, &p);
	MUST(fuzz_lines == (err ? 1 : 0));
	return 0;
}
