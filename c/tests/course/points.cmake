# SPDX-License-Identifier: MIT
# What goes wrong in checkpointers written for a course, each a test by its number and name: with the real core, and with mini.
set(POINTS 01-special-mapping 02-fs-base 03-vdso 04-five-hops 05-threads 06-open-files 07-handlers 08-large-segments 09-no-space
	10-earlier-image 11-places 12-aslr-off-and-gdb 13-permissions 14-shared-and-descriptors 15-stdin 16-names 17-partial-calls
	18-malloc-and-printf 19-identity)
set(KITS core)
if(TARGET mini-ckpt)
	list(APPEND KITS mini)
endif()
set(core-kit $<TARGET_FILE:ckpt> $<TARGET_FILE:ckpt-restart>)
set(mini-kit $<TARGET_FILE_DIR:mini-ckpt>)
foreach(point ${POINTS})
	if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/points/${point}.c)
		add_executable(test-point-${point} points/${point}.c)
		target_include_directories(test-point-${point} PRIVATE ..)
		target_compile_options(test-point-${point} PRIVATE ${CKPT_WARNINGS})
	endif()
	foreach(kit ${KITS})
		set(used ${${kit}-kit})
		if("${point}-${kit}" STREQUAL "17-partial-calls-core")
			set(used $<TARGET_FILE:ckpt-faults> $<TARGET_FILE:ckpt-restart-faults>)
		endif()
		add_test(NAME point-${point}-${kit} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/points.sh
			${kit} ${used} ${CMAKE_CURRENT_BINARY_DIR} ${point})
		set_tests_properties(point-${point}-${kit} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
	endforeach()
endforeach()
target_compile_options(test-point-02-fs-base PRIVATE -fstack-protector-all)
target_link_libraries(test-point-05-threads PRIVATE Threads::Threads)
target_link_libraries(test-point-18-malloc-and-printf PRIVATE Threads::Threads)

# One function of the core by itself: what it calls else is left out.
add_executable(test-point-01-rule-core points/01-rule-core.c ../../common/str.c)
target_include_directories(test-point-01-rule-core PRIVATE ../.. ../../include)
target_compile_options(test-point-01-rule-core PRIVATE ${CKPT_WARNINGS} -Wno-unused-function -ffunction-sections -fno-strict-aliasing)
target_link_options(test-point-01-rule-core PRIVATE -Wl,--gc-sections)

if(TARGET mini-ckpt)
	add_library(test-point-17-short-calls SHARED points/17-short-calls.c)
	target_compile_options(test-point-17-short-calls PRIVATE ${CKPT_WARNINGS})
endif()

# What mini refuses, with the same program that the core's tests have.
if(TARGET mini-ckpt)
	foreach(name mini-refuses mini-bad-images)
		add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E env REFUSED=$<TARGET_FILE:test-refused>
			sh ${CMAKE_CURRENT_SOURCE_DIR}/points.sh mini ${mini-kit} ${CMAKE_CURRENT_BINARY_DIR} ${name})
		set_tests_properties(${name} PROPERTIES TIMEOUT 60)
	endforeach()
endif()
