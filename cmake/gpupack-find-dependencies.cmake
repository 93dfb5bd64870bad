# SPDX-License-Identifier: Apache-2.0
# Finds the packages that a part of gpupack needs; used by the build and by the installed package alike.
#
# problem   receives nothing, or one sentence that says which package is missing and what to install
# who       the part that needs them, as it starts the sentence
# packages  one string a package: its name and further arguments of find_package
# debian    the Debian package of each
function(gpupack_find_dependencies problem who packages debian)
    # Of packages that ship no configuration, the find modules lie beside this file.
    list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
    set(${problem} "" PARENT_SCOPE)
    foreach(package install IN ZIP_LISTS packages debian)
        separate_arguments(package)
        list(GET package 0 name)
        find_package(${package} QUIET)
        if(NOT ${name}_FOUND)
            list(TRANSFORM package REPLACE "^CONFIG$" "")
            list(JOIN package " " wanted)
            string(STRIP "${wanted}" wanted)
            set(${problem} "${who} needs ${wanted}, which was not found. On Debian: apt-get install ${install}"
                PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()
