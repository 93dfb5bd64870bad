// SPDX-License-Identifier: Apache-2.0
#include "http_server.hpp"

#include "log.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <exception>
#include <utility>

namespace extender {

namespace {

httplib::Server* running = nullptr;
void stop(int) {
    if (running != nullptr) running->stop();
}

/// Threads that answer; one that waits for a slow client does not stop the others.
constexpr std::size_t threads = 32;

} // namespace

std::unique_ptr<httplib::Server> make_server(const program_options& chosen) {
    std::unique_ptr<httplib::Server> server;
    if (chosen.certificate.empty())
        server = std::make_unique<httplib::Server>();
    else
        server = std::make_unique<httplib::SSLServer>(chosen.certificate.c_str(), chosen.key.c_str());
    if (!server->is_valid()) return nullptr;
    server->new_task_queue = [] { return new httplib::ThreadPool(threads); };
    server->set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr) { response.status = 500; });
    server->set_payload_max_length(chosen.body_limit);
    server->set_read_timeout(5, 0);
    server->set_write_timeout(5, 0);
    server->set_keep_alive_timeout(60);
    server->set_keep_alive_max_count(1'000'000);
    server->set_tcp_nodelay(true);
    return server;
}

void on_post(httplib::Server& server, const std::string& path, int seconds,
             std::function<void(const std::string&, httplib::Response&)> answer) {
    server.Post(path, [seconds, answer = std::move(answer)](const httplib::Request&, httplib::Response& response,
                                                            const httplib::ContentReader& content) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{seconds};
        std::string body;
        const bool whole = content([&](const char* data, std::size_t size) {
            body.append(data, size);
            return std::chrono::steady_clock::now() < end;
        });
        if (whole) return answer(body, response);
        if (response.status < 400) response.status = 408;
    });
}

bool listen(httplib::Server& server, const program_options& chosen) {
    running = &server;
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);
    log_line("info", "listening", {{"address", chosen.address}, {"port", chosen.port}});
    return server.listen(chosen.address.c_str(), chosen.port);
}

} // namespace extender
