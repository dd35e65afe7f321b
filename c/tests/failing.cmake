# SPDX-License-Identifier: MIT
# Checkpoints and restarts that fail or are killed. CKPT_ROUNDS=N makes a long run of each.
add_executable(test-failing failing.c)
add_executable(test-watch watch.c)
foreach(name failing watch)
	target_compile_options(test-${name} PRIVATE ${CKPT_WARNINGS})
	target_link_libraries(test-${name} PRIVATE Threads::Threads)
endforeach()
set(FAULTS $<TARGET_FILE:ckpt-faults> $<TARGET_FILE:ckpt-checkpoint-faults> $<TARGET_FILE:ckpt-restart-faults>
	$<TARGET_FILE:test-watch> $<TARGET_FILE:test-failing> ${CMAKE_CURRENT_SOURCE_DIR}/..)
foreach(name snapshot-killed snapshot-errors restart-killed restart-errors)
	add_test(NAME ${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/${name}.sh ${FAULTS})
	set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
foreach(case full disk file-size descriptors address-space pipe processes cgroup places same-path time restart restart-cgroup)
	add_test(NAME failing-${case} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/failing-machine.sh ${FAULTS} ${case})
	set_tests_properties(failing-${case} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endforeach()
