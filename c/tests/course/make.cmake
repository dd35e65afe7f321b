# SPDX-License-Identifier: MIT
# The Makefile of c/examples, as a student uses it: by gcc and clang, with and without what distributions add to their flags.
set(index 0)
foreach(flags "-O0 -fstack-protector-all -fcf-protection=full" "-O2 -g"
		"-O2 -fstack-protector-strong -fcf-protection=full -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
	math(EXPR index "${index} + 1")
	foreach(compiler gcc clang)
		add_test(NAME make-${compiler}-${index} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/make.sh
			${compiler} ${flags} ${CMAKE_CURRENT_SOURCE_DIR}/../../examples $<TARGET_FILE_DIR:launcher> ${CMAKE_CURRENT_BINARY_DIR})
		set_tests_properties(make-${compiler}-${index} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
	endforeach()
endforeach()
