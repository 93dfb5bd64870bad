# SPDX-License-Identifier: Apache-2.0
include(CheckCXXCompilerFlag)
# References to what is gone: in -Wall of clang++, apart from g++ 13 on.
check_cxx_compiler_flag(-Wdangling-reference gpupack_has_dangling_reference)

# Marks a target as our own: it gets the warnings, as errors. Never called on what users link.
function(gpupack_own_target target)
    target_compile_options(${target} PRIVATE
        "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Werror>"
        "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${gpupack_has_dangling_reference}>>:-Wdangling-reference>"
        # A request that leaves members at their defaults is how one is meant to be written.
        $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>
        # The report page is one string, longer than the standard asks compilers to take; all take it.
        $<$<COMPILE_LANG_AND_ID:CXX,Clang>:-Wno-overlength-strings>
        # g++ 12 sees overlaps in std::string's operator+ that are not there (gcc.gnu.org/PR105651).
        "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
endfunction()

# The same for a target of CUDA sources.
function(gpupack_own_cuda_target target)
    target_link_libraries(${target} PRIVATE gpupack::gpu)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Xcompiler=-Wall;-Xcompiler=-Wextra;-Xcompiler=-Wno-missing-field-initializers;-Xcompiler=-Werror>)
endfunction()

# Finds packages that only our programs and tests need, or stops and says what to install.
function(gpupack_require what)
    include(${PROJECT_SOURCE_DIR}/cmake/gpupack-find-dependencies.cmake)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "PACKAGES;DEBIAN")
    gpupack_find_dependencies(problem "${what}" "${arg_PACKAGES}" "${arg_DEBIAN}")
    if(problem)
        message(FATAL_ERROR "${problem}")
    endif()
endfunction()
