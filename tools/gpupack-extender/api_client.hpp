// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_access.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace httplib {
class Client;
}

namespace extender {

/// A client for the API server, with its account. Token and certificates are read now.
///
/// @param access   where and who
/// @param seconds  how long to wait for an answer
[[nodiscard]] std::unique_ptr<httplib::Client> make_client(const api_access& access, int seconds);

/// Single calls to the API server over connections that stay open. All calls may come from any thread.
class api_client {
  public:
    /// An answer.
    struct reply {
        int status = 0; ///< 0: none came, and it is not known what the server did.
        nlohmann::json body{};

        /// 2xx.
        [[nodiscard]] bool good() const noexcept { return status >= 200 && status < 300; }
        /// Whether the server certainly did not do what it was asked.
        [[nodiscard]] bool refused() const noexcept { return status >= 400 && status < 500; }
        /// What it says, or that it does not answer.
        [[nodiscard]] std::string reason() const;
    };

    explicit api_client(api_access access);
    ~api_client();
    api_client(const api_client&) = delete;
    api_client& operator=(const api_client&) = delete;

    /// Reads an object.
    [[nodiscard]] reply get(const std::string& path);
    /// Creates an object.
    [[nodiscard]] reply post(const std::string& path, const nlohmann::json& body);
    /// Changes an object by a merge patch.
    [[nodiscard]] reply patch(const std::string& path, const nlohmann::json& body);

  private:
    template <class Call> reply with_client(const Call& call);

    api_access access_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<httplib::Client>> idle_;
};

} // namespace extender
