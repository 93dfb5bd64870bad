// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdio>
#include <mutex>
#include <string>

namespace extender {

/// Writes one line of JSON to standard error.
inline void log_line(const char* level, const std::string& message, nlohmann::json details = nlohmann::json::object()) {
    static std::mutex mutex;
    details["level"] = level;
    details["message"] = message;
    const std::string line = details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    const std::lock_guard lock{mutex};
    std::fputs(line.c_str(), stderr);
}

} // namespace extender
