# SPDX-License-Identifier: Apache-2.0
# The component gpu: headers for whoever compiles with nvcc; and CUDA for our own tests, examples and benchmarks.

set(gpupack_cuda_off FALSE)
if(GPUPACK_CUDA STREQUAL "OFF")
    set(gpupack_cuda_off TRUE)
endif()
gpupack_add_component(gpu
    TEXT "scores and places on a GPU"
    HEADERS gpu/*
    PACKAGES "CUDAToolkit 12.4"
    DEBIAN "cuda-toolkit (of NVIDIA's repository)"
    OFF ${gpupack_cuda_off})
# What CMake 3.25 has no compile feature for.
target_compile_options(gpupack_gpu INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
if(GPUPACK_CUDA STREQUAL "ON" AND NOT TARGET gpupack::gpu)
    message(FATAL_ERROR "GPUPACK_CUDA=ON: ${component_problem}")
endif()

# Enables the language CUDA for our own programs and sets gpupack_has_nvcc, or says in one line why there is none.
macro(gpupack_enable_cuda)
    set(gpupack_has_nvcc FALSE)
    set(own_programs FALSE)
    if(GPUPACK_BUILD_TESTS OR GPUPACK_BUILD_EXAMPLES OR GPUPACK_BUILD_BENCHMARKS OR GPUPACK_BUILD_TOOLS)
        set(own_programs TRUE)
    endif()
    if(TARGET gpupack::gpu AND own_programs)
        # For the driver of whatever card to translate, when a program starts. Where the GPU is, take
        # -DCMAKE_CUDA_ARCHITECTURES=native.
        if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
            set(CMAKE_CUDA_ARCHITECTURES 80-virtual)
        endif()
        if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX} AND CUDAToolkit_NVCC_EXECUTABLE)
            set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE}) # it may stand outside PATH
        endif()
        include(CheckLanguage)
        check_language(CUDA)
        if(CMAKE_CUDA_COMPILER)
            enable_language(CUDA)
            set(gpupack_has_nvcc TRUE)
            if(NOT DEFINED CMAKE_CUDA_COMPILER_LAUNCHER)
                set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
            endif()
        elseif(GPUPACK_CUDA STREQUAL "ON")
            message(FATAL_ERROR "GPUPACK_CUDA=ON: nvcc of the toolkit in ${CUDAToolkit_BIN_DIR} does not work here")
        else()
            message(STATUS "What runs on a GPU is left out: nvcc of the toolkit in ${CUDAToolkit_BIN_DIR} does not work here")
        endif()
    endif()
endmacro()
