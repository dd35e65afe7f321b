# SPDX-License-Identifier: MIT
# The rooms of the course: the walk of make check, core's three commands, the static road.
set(EXAMPLES ${CMAKE_BINARY_DIR}/examples)
set(CORE ${EXAMPLES}/core)
function(rooms_test name timeout)
	add_test(NAME course-rooms-${name} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/${ARGN})
	set_tests_properties(course-rooms-${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT ${timeout})
endfunction()

add_executable(test-rooms-registers rooms-registers.c)
target_compile_options(test-rooms-registers PRIVATE ${CKPT_WARNINGS})

rooms_test(walks 120 rooms-walks.sh ${CMAKE_CURRENT_SOURCE_DIR}/../../examples/check.sh ${EXAMPLES})
rooms_test(readckpt 60 rooms-readckpt.sh ${CORE} $<TARGET_FILE:ckpt-checkpoint> $<TARGET_FILE:test-rooms-registers>)
rooms_test(bad-input 600 rooms-bad-input.sh ${CORE} ${EXAMPLES}/counting-test)
rooms_test(wrap 60 rooms-wrap.sh ${EXAMPLES}/static/counting-wrapped ${CMAKE_C_COMPILER})

# By the Makefiles, with the compiler that did not build all of this.
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
	set(other gcc)
else()
	set(other clang)
endif()
rooms_test(make 120 rooms-make.sh ${CMAKE_CURRENT_SOURCE_DIR}/../.. ${other})

get_target_property(archive ckpt-static ARCHIVE)
function(static_test name pids)
	rooms_test(${name} 60 rooms-static.sh ${archive} $<TARGET_FILE:ckpt-checkpoint> $<TARGET_FILE:ckpt-restart> ${pids} ${ARGN})
endfunction()
static_test(static fresh ${CMAKE_C_COMPILER} -static)
static_test(static-exact exact ${CMAKE_C_COMPILER} -static)
static_test(static-pie fresh ${CMAKE_C_COMPILER} -static-pie)
static_test(static-musl fresh musl-gcc -static)

# docs/course.md, typed as it stands there
add_test(NAME course-walk COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/walk.sh ${CMAKE_CURRENT_SOURCE_DIR}/../../../docs/course.md
	${CMAKE_CURRENT_SOURCE_DIR}/../../examples $<TARGET_FILE_DIR:core-ckpt> $<TARGET_FILE:test-quick-sleep>)
set_tests_properties(course-walk PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 200)
