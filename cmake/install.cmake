# SPDX-License-Identifier: Apache-2.0
# Installs the headers, the CMake package and the pkg-config file; makes the build tree usable as a package too.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Headers only: the package does not depend on the processor, so it goes to the data directory.
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/gpupack)

foreach(name IN ITEMS gpupack ${gpupack_shipped_components})
    set(target gpupack_${name})
    set(export_set gpupack-${name}-targets)
    if(name STREQUAL "gpupack")
        set(target gpupack)
    endif()
    install(TARGETS ${target} EXPORT ${export_set} FILE_SET HEADERS FILE_SET tables)
    install(EXPORT ${export_set} NAMESPACE gpupack:: DESTINATION ${package_dir})
    export(EXPORT ${export_set} NAMESPACE gpupack:: FILE ${PROJECT_BINARY_DIR}/${export_set}.cmake)
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/gpupack-config.cmake.in
    ${PROJECT_BINARY_DIR}/gpupack-config.cmake
    INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# While the major version is 0, a minor version may break its users.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gpupack-config-version.cmake
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_file(${PROJECT_SOURCE_DIR}/cmake/gpupack-find-dependencies.cmake
    ${PROJECT_BINARY_DIR}/gpupack-find-dependencies.cmake COPYONLY)
install(FILES
    ${PROJECT_BINARY_DIR}/gpupack-config.cmake
    ${PROJECT_BINARY_DIR}/gpupack-config-version.cmake
    ${PROJECT_BINARY_DIR}/gpupack-find-dependencies.cmake
    DESTINATION ${package_dir})

# The prefix is found from where the file lies, so that the installed tree may be moved. Where the directories are
# absolute, it cannot be moved anyway.
set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
set(pkgconfig_prefix ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE "${pkgconfig_dir}")
    string(REGEX REPLACE "[^/]+" ".." up "${pkgconfig_dir}")
    set(pkgconfig_prefix "\${pcfiledir}/${up}")
endif()
# Appending keeps an absolute include directory as it is.
set(pkgconfig_include "\${prefix}")
cmake_path(APPEND pkgconfig_include ${CMAKE_INSTALL_INCLUDEDIR})
configure_file(${PROJECT_SOURCE_DIR}/cmake/gpupack.pc.in ${PROJECT_BINARY_DIR}/gpupack.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gpupack.pc DESTINATION ${pkgconfig_dir})
# gpupack-io.pc for gpupack::io, and so on.
foreach(name IN LISTS gpupack_shipped_components)
    set(component_name ${name})
    set(component_text "${gpupack_${name}_text}")
    set(component_requires "${gpupack_${name}_requires}")
    set(component_libs "${gpupack_${name}_libs}")
    configure_file(${PROJECT_SOURCE_DIR}/cmake/component.pc.in ${PROJECT_BINARY_DIR}/gpupack-${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/gpupack-${name}.pc DESTINATION ${pkgconfig_dir})
endforeach()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/gpupack)
