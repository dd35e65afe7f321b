# SPDX-License-Identifier: MIT
# Large programs, three acts each: short forms here, whole sizes with CKPT_WHOLE=1 (pnpm test:soak).
add_executable(test-large large.c)
target_compile_options(test-large PRIVATE ${CKPT_WARNINGS})
target_link_libraries(test-large PRIVATE Threads::Threads)
foreach(case sparse huge mappings threads at-once headers descriptors pending pending-alone names deep too-many)
	add_test(NAME large-${case} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/large.sh $<TARGET_FILE:ckpt>
		$<TARGET_FILE:ckpt-checkpoint> $<TARGET_FILE:ckpt-restart> $<TARGET_FILE:test-large> ${case})
	set_tests_properties(large-${case} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
