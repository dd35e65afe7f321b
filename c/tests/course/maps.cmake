# SPDX-License-Identifier: MIT
# proc-self-maps, save-restore-memory and primes-test.
set(examples ${CMAKE_CURRENT_SOURCE_DIR}/../../examples)
foreach(name maps-self maps-no-wx primes-right)
	add_executable(test-${name} ${name}.c)
	target_compile_options(test-${name} PRIVATE ${CKPT_WARNINGS})
endforeach()
foreach(how agree quiet changing)
	add_test(NAME proc-self-maps-${how} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/maps-self.sh $<TARGET_FILE:test-maps-self> ${how})
endforeach()
add_test(NAME proc-self-maps-outside COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/maps-outside.sh
	$<TARGET_FILE:test-maps-self> $<TARGET_FILE:proc-self-maps>)

add_library(test-maps-look SHARED maps-look.c ${examples}/proc-self-maps.c)
target_compile_definitions(test-maps-look PRIVATE PROC_SELF_MAPS_LIBRARY _GNU_SOURCE)
target_compile_options(test-maps-look PRIVATE ${CKPT_WARNINGS})
target_link_libraries(test-maps-look PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME save-restore-memory COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/save-restore-memory.sh ${CMAKE_C_COMPILER} ${examples}
	$<TARGET_FILE:test-maps-no-wx> $<TARGET_FILE:test-maps-look>)

add_library(test-maps-no-sleep SHARED maps-no-sleep.c)
target_compile_options(test-maps-no-sleep PRIVATE ${CKPT_WARNINGS})
add_test(NAME primes-right COMMAND test-primes-right)
add_test(NAME primes-command COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/primes-command.sh $<TARGET_FILE:primes-test>
	$<TARGET_FILE:test-maps-no-sleep>)
set_tests_properties(proc-self-maps-agree proc-self-maps-quiet proc-self-maps-changing proc-self-maps-outside
	save-restore-memory primes-right primes-command PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
