# SPDX-License-Identifier: MIT
# The same again and again: short forms here, long ones with CKPT_ROUNDS (pnpm test:soak).
add_executable(test-threads-check threads-check.c)
target_compile_options(test-threads-check PRIVATE ${CKPT_WARNINGS} -O2)
target_link_libraries(test-threads-check PRIVATE Threads::Threads m)
foreach(case cycles-fresh cycles-exact checkpoints one-folder one-image at-once)
	add_test(NAME again-${case} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/again.sh $<TARGET_FILE:ckpt>
		$<TARGET_FILE:ckpt-checkpoint> $<TARGET_FILE:ckpt-restart> $<TARGET_FILE:test-threads-check> ${case})
	set_tests_properties(again-${case} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
