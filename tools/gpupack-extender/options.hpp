// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_access.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace extender {

/// How GPUs are given to pods in the cluster.
enum class gpu_system { dra, gpushare };

/// What the command line says.
struct program_options {
    api_access access{};
    std::string address = "127.0.0.1"; ///< Where to listen.
    int port = 32766;                  ///< Where to listen.
    std::string certificate{};         ///< For HTTPS, in PEM; empty: HTTP.
    std::string key{};                 ///< Its key, in PEM.
    gpu_system system = gpu_system::dra;
    std::string policy{};                            ///< By name.
    std::int64_t unit_mib = 1024;                    ///< MiB in a unit of aliyun.com/gpu-mem.
    int hold_seconds = 10;                           ///< How long a share is held between filter and bind.
    std::size_t body_limit = std::size_t{64} << 20U; ///< Bytes of a request.
    int request_seconds = 10;                        ///< How long a request may take to arrive.
    bool dry_run = false;
};

/// Reads the command line; or prints what is wrong, or help, and returns the exit status through `status`.
[[nodiscard]] std::optional<program_options> read_options(int argc, char** argv, int& status);

} // namespace extender
