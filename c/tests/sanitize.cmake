# SPDX-License-Identifier: MIT
# What runs under sanitizers, where the compiler has them: the pure parts, and programs that are saved.
include(CheckCSourceCompiles)
set(SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
set(CMAKE_REQUIRED_FLAGS "-fsanitize=address,undefined")
check_c_source_compiles("int main(void) { return 0; }" CKPT_HAS_SANITIZERS)
unset(CMAKE_REQUIRED_FLAGS)
if(CKPT_HAS_SANITIZERS)
	# memcpy and its like are the C library's here, which AddressSanitizer watches; str.c gets other names for its own.
	add_library(unit-str OBJECT ../common/str.c)
	target_compile_definitions(unit-str PRIVATE memcpy=ckpt_memcpy memmove=ckpt_memmove memset=ckpt_memset memcmp=ckpt_memcmp)
	add_executable(test-unit unit.c ../common/cbor_read.c ../common/cbor_write.c ../common/crc32c.c ../common/maps.c
		../restart/fields.c ../restart/hole.c ../arch/x86_64/frame.c)
	foreach(part unit-str test-unit)
		target_include_directories(${part} PRIVATE .. ../include)
		target_compile_options(${part} PRIVATE ${CKPT_WARNINGS} -fno-strict-aliasing ${SANITIZE})
	endforeach()
	target_link_libraries(test-unit PRIVATE unit-str)
	target_link_options(test-unit PRIVATE ${SANITIZE})
	add_test(NAME unit COMMAND test-unit)
	set_tests_properties(unit PROPERTIES TIMEOUT 60)
endif()

# Programs with sanitizers, saved, killed and restarted. setarch: ThreadSanitizer can't live with every randomised layout.
foreach(kind address thread)
	set(CMAKE_REQUIRED_FLAGS "-fsanitize=${kind}")
	check_c_source_compiles("int main(void) { return 0; }" CKPT_HAS_${kind}_SANITIZER)
	unset(CMAKE_REQUIRED_FLAGS)
	if(CKPT_HAS_${kind}_SANITIZER)
		add_executable(test-sanitized-${kind} sanitized.c)
		target_compile_options(test-sanitized-${kind} PRIVATE ${CKPT_WARNINGS} -fsanitize=${kind})
		target_link_options(test-sanitized-${kind} PRIVATE -fsanitize=${kind})
		target_link_libraries(test-sanitized-${kind} PRIVATE Threads::Threads)
		add_test(NAME sanitized-${kind} COMMAND sh ${ACTS} 2 fresh setarch -R $<TARGET_FILE:test-sanitized-${kind}>)
		set_tests_properties(sanitized-${kind} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120
			# gcc's runtime wants to be the first library; libckpt has no function that it could miss
			ENVIRONMENT ASAN_OPTIONS=verify_asan_link_order=0)
	endif()
endforeach()
