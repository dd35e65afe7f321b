/* SPDX-License-Identifier: MIT */
/* 01-rule-core.c - how the core judges a mapping by its name: what no kernel of today has is a special mapping, too. */
#include "../../../libckpt/regions.c" // NOLINT(bugprone-suspicious-include): a static function of it is tested

#include <stdio.h>

int main(void)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} names[] = {
		{ "", KIND_ANON },		{ "[heap]", KIND_HEAP },	{ "[stack]", KIND_STACK },
		{ "[vdso]", KIND_VDSO },	{ "[vvar]", KIND_VVAR },	{ "[vvar_vclock]", KIND_VVAR },
		{ "[vvar_of_2030]", KIND_VVAR }, { "[vsyscall]", KIND_VSYSCALL }, { "[uprobes]", KIND_SPECIAL },
		{ "[nobody knows]", KIND_SPECIAL }, { "[", KIND_SPECIAL },	{ "[vdso2]", KIND_SPECIAL },
		{ "[heap of mine]", KIND_SPECIAL }, { "[stack:4711]", KIND_ANON }, { "[anon:mine]", KIND_ANON },
		{ "/a/[vdso]", KIND_FILE },
	};
	int wrong = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		static struct map_entry m;

		m.inode = names[i].name[0] == '/';
		memcpy(m.name, names[i].name, str_len(names[i].name) + 1);
		if (kind_of(&m) != names[i].kind) {
			printf("FAIL %s is of kind %d\n", names[i].name, kind_of(&m));
			wrong = 1;
		}
	}
	return wrong;
}
