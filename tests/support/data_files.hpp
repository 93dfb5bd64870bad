// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

/// The path of a file of tests/data.
inline std::string test_data(const std::string& name) {
    return std::string{GPUPACK_SOURCE_DIR} + "/tests/data/" + name;
}

/// The path of a recorded file, which may not be there.
inline std::string data_file(const std::string& name) {
    return std::string{GPUPACK_DATA_DIR} + "/" + name;
}

/// Skips a test whose recorded data is not on this machine.
#define SKIP_WITHOUT_DATA()                                                                                            \
    if (!std::filesystem::exists(data_file("openb")))                                                                  \
    GTEST_SKIP() << "recorded data not found at " << data_file("openb")
