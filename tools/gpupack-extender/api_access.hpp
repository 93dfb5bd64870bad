// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace extender {

/// Where the API server is, and who asks.
struct api_access {
    std::string server{};           ///< "https://host:port"
    std::string token{};            ///< Of the account; used where there is no token_file.
    std::string token_file{};       ///< Read anew for each call, as tokens are renewed; empty: none.
    std::string ca_file{};          ///< The authority of its certificate; empty: the system's.
    std::string certificate_file{}; ///< The account's certificate, in PEM; empty: none.
    std::string key_file{};         ///< Its key, in PEM.
    bool insecure = false;          ///< Do not check its certificate.
    int call_seconds =
        4; ///< How long a call waits: kube-scheduler gives an extender 5 s by default. Watches wait longer.
};

} // namespace extender
