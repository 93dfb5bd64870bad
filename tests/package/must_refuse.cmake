# SPDX-License-Identifier: Apache-2.0
# Configures PROJECT in BUILD with the arguments after --; passes where that fails and says SENTENCE.
set(arguments)
set(passed_on FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
    if(passed_on)
        list(APPEND arguments "${CMAKE_ARGV${i}}")
    elseif(CMAKE_ARGV${i} STREQUAL "--")
        set(passed_on TRUE)
    endif()
endforeach()

file(REMOVE_RECURSE ${BUILD})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${PROJECT} -B ${BUILD} ${arguments}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
    message(FATAL_ERROR "the project was configured, but must be refused")
endif()
# CMake breaks long lines.
string(REGEX REPLACE "[ \n]+" " " one_line "${output}")
string(FIND "${one_line}" "${SENTENCE}" at)
if(at EQUAL -1)
    message(FATAL_ERROR "refused without the words \"${SENTENCE}\":\n${output}")
endif()
