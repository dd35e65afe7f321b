# SPDX-License-Identifier: MIT
# Damaged images. tiny: without a libc, so its image is small enough to be cut off everywhere.
add_executable(test-tiny tiny.c)
target_include_directories(test-tiny PRIVATE ..)
target_compile_options(test-tiny PRIVATE ${CKPT_FREESTANDING} -O2 -fPIE)
target_link_options(test-tiny PRIVATE -nostdlib -pie)
add_executable(test-flip flip.c)
target_compile_options(test-flip PRIVATE ${CKPT_WARNINGS})
foreach(case cuts bits large moved)
	add_test(NAME damage-${case} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/damage.sh
		$<TARGET_FILE:ckpt> $<TARGET_FILE:ckpt-restart> $<TARGET_FILE:test-tiny> $<TARGET_FILE:test-flip> ${case})
	set_tests_properties(damage-${case} PROPERTIES TIMEOUT 1800) # the long form's
endforeach()

add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/../fuzz ${CMAKE_CURRENT_BINARY_DIR}/fuzz)

# For the tests of packages/ckpt-format, which compile it themselves; here it is kept from rotting.
add_executable(test-decode decode.c ../restart/say.c ../restart/read.c ../restart/fields.c ../restart/decode.c
	../restart/decode_notes.c ../common/cbor_read.c ${CKPT_COMMON})
target_include_directories(test-decode PRIVATE .. ../include)
target_compile_definitions(test-decode PRIVATE CKPT_HOSTED)
target_compile_options(test-decode PRIVATE ${CKPT_WARNINGS} -ffreestanding -fno-strict-aliasing)
