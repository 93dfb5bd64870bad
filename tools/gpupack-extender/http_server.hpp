// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

#include <httplib.h>

#include <functional>
#include <memory>
#include <string>

namespace extender {

/// A server with its limits and its certificate; nothing where certificate or key cannot be read.
[[nodiscard]] std::unique_ptr<httplib::Server> make_server(const program_options& chosen);

/// Answers POST requests whose body arrives in time; others get 408.
void on_post(httplib::Server& server, const std::string& path, int seconds,
             std::function<void(const std::string& body, httplib::Response& response)> answer);

/// Serves until SIGTERM or SIGINT. Returns whether it could listen.
[[nodiscard]] bool listen(httplib::Server& server, const program_options& chosen);

} // namespace extender
