# SPDX-License-Identifier: Apache-2.0
# Compiles through ccache where it is installed and no other launcher was asked for.
if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(GPUPACK_CCACHE ccache)
    mark_as_advanced(GPUPACK_CCACHE)
    if(GPUPACK_CCACHE)
        # ccache refuses sources that use a precompiled header unless it is told so.
        set(CMAKE_CXX_COMPILER_LAUNCHER
            ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${GPUPACK_CCACHE})
    endif()
endif()
