// SPDX-License-Identifier: Apache-2.0
#include "api_client.hpp"

#include <httplib.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace extender {

namespace {

/// Connections that are kept.
constexpr std::size_t most_idle = 16;

std::string token_of(const api_access& access) {
    if (access.token_file.empty()) return access.token;
    std::ifstream file{access.token_file};
    std::string token{std::istreambuf_iterator<char>{file}, {}};
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    return token;
}

} // namespace

std::unique_ptr<httplib::Client> make_client(const api_access& access, int seconds) {
    auto client = std::make_unique<httplib::Client>(access.server, access.certificate_file, access.key_file);
    client->set_connection_timeout(2, 0);
    client->set_read_timeout(seconds, 0);
    client->set_write_timeout(seconds, 0);
    client->set_tcp_nodelay(true);
    if (!access.ca_file.empty()) client->set_ca_cert_path(access.ca_file);
    client->enable_server_certificate_verification(!access.insecure);
    if (const std::string token = token_of(access); !token.empty())
        client->set_default_headers({{"Authorization", "Bearer " + token}});
    return client;
}

std::string api_client::reply::reason() const {
    if (status == 0) return "the API server does not answer";
    const auto message = body.is_object() ? body.find("message") : body.end();
    const std::string text =
        body.is_object() && message != body.end() && message->is_string() ? message->get<std::string>() : std::string{};
    return "the API server answers " + std::to_string(status) + (text.empty() ? "" : ": " + text);
}

api_client::api_client(api_access access) : access_{std::move(access)} {}
api_client::~api_client() = default;

template <class Call> api_client::reply api_client::with_client(const Call& call) {
    std::unique_ptr<httplib::Client> client;
    {
        const std::lock_guard lock{mutex_};
        if (!idle_.empty()) {
            client = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!client) client = make_client(access_, access_.call_seconds);
    client->set_keep_alive(true);
    if (!access_.token_file.empty()) client->set_default_headers({{"Authorization", "Bearer " + token_of(access_)}});
    const httplib::Result result = call(*client);
    if (!result) return {};
    reply made{.status = result->status, .body = nlohmann::json::parse(result->body, nullptr, false)};
    const std::lock_guard lock{mutex_};
    if (idle_.size() < most_idle) idle_.push_back(std::move(client));
    return made;
}

api_client::reply api_client::get(const std::string& path) {
    return with_client([&](httplib::Client& client) { return client.Get(path); });
}

api_client::reply api_client::post(const std::string& path, const nlohmann::json& body) {
    return with_client([&](httplib::Client& client) { return client.Post(path, body.dump(), "application/json"); });
}

api_client::reply api_client::patch(const std::string& path, const nlohmann::json& body) {
    return with_client([&](httplib::Client& client) {
        return client.Patch(path, body.dump(), "application/strategic-merge-patch+json");
    });
}

} // namespace extender
