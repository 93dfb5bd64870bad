// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_access.hpp"

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <string>

namespace extender {

/// Reads a kubeconfig file: server, authority, and a token or a client certificate, as files or inline.
///
/// What stands inline is kept in memory, in files without a name. Programs that make tokens (exec), passwords, proxies and
/// other names for the server's certificate are errors, as they are not supported.
///
/// @param file     the file
/// @param context  the context; empty: the current one
[[nodiscard]] gpupack::expected<api_access, gpupack::input_error> read_kubeconfig(const std::string& file,
                                                                                  const std::string& context);

} // namespace extender
