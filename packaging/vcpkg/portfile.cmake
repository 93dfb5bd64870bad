# SPDX-License-Identifier: Apache-2.0
# An overlay port: vcpkg install gpupack --overlay-ports=packaging/vcpkg. It builds the tree that it lies in.
set(SOURCE_PATH ${CMAKE_CURRENT_LIST_DIR}/../..)
set(VCPKG_BUILD_TYPE release) # headers, and programs that nobody links
vcpkg_check_features(OUT_FEATURE_OPTIONS options FEATURES tools GPUPACK_BUILD_TOOLS)
vcpkg_cmake_configure(SOURCE_PATH ${SOURCE_PATH}
    OPTIONS ${options} -DGPUPACK_BUILD_TESTS=OFF -DGPUPACK_BUILD_EXAMPLES=OFF -DGPUPACK_BUILD_BENCHMARKS=OFF
        -DGPUPACK_CUDA=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/gpupack)
vcpkg_fixup_pkgconfig()
if("tools" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES gpupack-audit gpupack-dra gpupack-judge gpupack-replay gpupack-topo AUTO_CLEAN)
endif()
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/share/licenses)
vcpkg_install_copyright(FILE_LIST ${SOURCE_PATH}/LICENSE)
