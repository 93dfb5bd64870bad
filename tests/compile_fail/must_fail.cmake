# SPDX-License-Identifier: Apache-2.0
# Builds TARGET in BUILD_DIR; passes where the build fails and says what PATTERN expects.
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD_DIR} --target ${TARGET}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
    message(FATAL_ERROR "${TARGET} compiled, but must not")
endif()
if(NOT output MATCHES "${PATTERN}")
    message(FATAL_ERROR "${TARGET} failed for another reason than \"${PATTERN}\":\n${output}")
endif()
