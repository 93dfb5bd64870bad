# SPDX-License-Identifier: Apache-2.0
# Installs BUILD_DIR into an empty STAGING, and checks that all headers have arrived.
file(REMOVE_RECURSE ${STAGING})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${STAGING} COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE expected RELATIVE ${HEADERS} ${HEADERS}/*.hpp ${HEADERS}/*.inc)
foreach(header IN LISTS expected)
    if(NOT EXISTS ${INSTALLED_HEADERS}/${header})
        message(FATAL_ERROR "${header} was not installed")
    endif()
endforeach()
