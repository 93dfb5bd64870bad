# SPDX-License-Identifier: Apache-2.0
# The library and its components: an INTERFACE target, a header set and an export set each.
#
# A component is added by one call of gpupack_add_component before gpupack_add_library, which takes the headers that
# no component has claimed.

include(${CMAKE_CURRENT_LIST_DIR}/gpupack-find-dependencies.cmake)

# All components that are planned; find_package says of the others that they do not exist.
set(gpupack_known_components parallel io io_xml gpu nvml)
set(gpupack_shipped_components)
set(gpupack_claimed_headers)
# The part of the package configuration that says what each component needs.
set(gpupack_component_table "")

# Makes the target gpupack_<name> with these headers.
function(gpupack_make_target target export_name headers)
    add_library(${target} INTERFACE)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${export_name})
    set(tables ${headers})
    list(FILTER tables INCLUDE REGEX "\\.(inc|cuh)$")
    list(FILTER headers EXCLUDE REGEX "\\.(inc|cuh)$")
    target_sources(${target} INTERFACE
        FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
    # Number tables are parts of a header, and .cuh files need nvcc.
    target_sources(${target} INTERFACE
        FILE_SET tables TYPE HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${tables})
endfunction()

# Adds gpupack::<name>.
#
# TEXT      what it is for, completing "component <name> ..."
# HEADERS   patterns under include/gpupack of the headers that belong to it
# EXCEPT    headers among them that belong to another component
# PACKAGES  what find_package must find: "Name version CONFIG", one string a package
# DEBIAN    the Debian package of each
# LINK      targets of those packages
# PKGCONFIG names of those packages for pkg-config
# LIBS      what its .pc file links besides
# OFF       true where it is not wanted here: its headers are claimed and installed, and nothing is looked for
macro(gpupack_add_component name)
    cmake_parse_arguments(component "" "TEXT;OFF;LIBS" "HEADERS;EXCEPT;PACKAGES;DEBIAN;LINK;PKGCONFIG" ${ARGN})
    list(JOIN component_PKGCONFIG " " gpupack_${name}_requires)
    set(gpupack_${name}_text "${component_TEXT}")
    set(gpupack_${name}_libs "${component_LIBS}")
    if(NOT ${name} IN_LIST gpupack_known_components)
        message(FATAL_ERROR "${name} is missing in gpupack_known_components")
    endif()
    list(TRANSFORM component_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/gpupack/)
    file(GLOB_RECURSE component_files CONFIGURE_DEPENDS ${component_HEADERS})
    if(component_EXCEPT)
        list(TRANSFORM component_EXCEPT PREPEND ${PROJECT_SOURCE_DIR}/include/gpupack/)
        list(REMOVE_ITEM component_files ${component_EXCEPT})
    endif()
    list(FILTER component_files INCLUDE REGEX "\\.(hpp|cuh|inc)$")
    list(APPEND gpupack_claimed_headers ${component_files})
    gpupack_make_target(gpupack_${name} ${name} "${component_files}")
    target_link_libraries(gpupack_${name} INTERFACE gpupack ${component_LINK})
    list(APPEND gpupack_shipped_components ${name})
    string(APPEND gpupack_component_table
        "set(gpupack_${name}_packages \"${component_PACKAGES}\")\nset(gpupack_${name}_debian \"${component_DEBIAN}\")\n")

    if(component_OFF)
        set(component_problem "It is switched off.")
    else()
        gpupack_find_dependencies(component_problem "The component ${name} of gpupack" "${component_PACKAGES}"
            "${component_DEBIAN}")
    endif()
    # It is installed in any case, for machines that have what it needs.
    if(component_problem)
        if(NOT component_OFF)
            message(STATUS "gpupack::${name} (${component_TEXT}) is left out here. ${component_problem}")
        endif()
    else()
        add_library(gpupack::${name} ALIAS gpupack_${name})
    endif()
endmacro()

# Adds gpupack::gpupack with all headers that no component has claimed; arguments as above.
macro(gpupack_add_library)
    cmake_parse_arguments(library "" "" "PACKAGES;DEBIAN;LINK" ${ARGN})
    file(GLOB_RECURSE library_files CONFIGURE_DEPENDS
        ${PROJECT_SOURCE_DIR}/include/gpupack/*.hpp ${PROJECT_SOURCE_DIR}/include/gpupack/*.inc)
    list(REMOVE_ITEM library_files ${gpupack_claimed_headers})
    gpupack_make_target(gpupack gpupack "${library_files}")
    add_library(gpupack::gpupack ALIAS gpupack)
    target_compile_features(gpupack INTERFACE cxx_std_20)
    gpupack_find_dependencies(library_problem "gpupack" "${library_PACKAGES}" "${library_DEBIAN}")
    if(library_problem)
        message(FATAL_ERROR "${library_problem}")
    endif()
    target_link_libraries(gpupack INTERFACE ${library_LINK})
    string(APPEND gpupack_component_table
        "set(gpupack_gpupack_packages \"${library_PACKAGES}\")\nset(gpupack_gpupack_debian \"${library_DEBIAN}\")\n")
endmacro()
