# SPDX-License-Identifier: Apache-2.0
# Compiles SOURCE as C++17 with COMPILER; passes where the compiler says in one line that gpupack needs C++20, and stops.
execute_process(COMMAND ${COMPILER} -std=c++17 -fsyntax-only -I${INCLUDE} ${SOURCE}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX MATCHALL "error: #error \"?gpupack needs C\\+\\+20|error: \"gpupack needs C\\+\\+20" said "${output}")
string(REGEX MATCHALL "error:" errors "${output}")
string(REGEX MATCHALL "\n" lines "${output}")
list(LENGTH said said)
list(LENGTH errors errors)
list(LENGTH lines lines)
if(status EQUAL 0 OR NOT said EQUAL 1 OR errors GREATER 2 OR lines GREATER 15)
    message(FATAL_ERROR "expected one #error and an end, got ${errors} errors in ${lines} lines:\n${output}")
endif()
