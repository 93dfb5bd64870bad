// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

/// The published numbers of one family: tests/data/conformance.json, the one table of them.
inline nlohmann::json published(const std::string& family) {
    std::ifstream file{std::string{GPUPACK_SOURCE_DIR} + "/tests/data/conformance.json"};
    return nlohmann::json::parse(file).at(family);
}
