// SPDX-License-Identifier: Apache-2.0
// gpupack-extender: tells kube-scheduler which node keeps most device placements, by knowing which devices it will choose.
#include "cluster_view.hpp"
#include "log.hpp"
#include "service.hpp"
#include "watcher.hpp"

#include <gpupack/core/version.hpp>

#include <CLI/CLI.hpp>
#include <httplib.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace extender;

struct options {
    api_access access{};
    std::string address = "127.0.0.1";
    int port = 32766;
    std::string certificate{};
    std::string key{};
    scoring rule = scoring::fewest_lost;
    std::size_t body_limit = std::size_t{64} << 20U;
    bool dry_run = false;
};

httplib::Server* running = nullptr;
void stop(int) {
    if (running != nullptr) running->stop();
}

/// In a pod: the account that Kubernetes mounts.
void use_account(api_access& access) {
    const char* const host = std::getenv("KUBERNETES_SERVICE_HOST");
    const char* const port = std::getenv("KUBERNETES_SERVICE_PORT");
    const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
    if (!access.server.empty() || host == nullptr || port == nullptr) return;
    access.server = "https://" + (std::string{host}.find(':') == std::string::npos ? std::string{host} : "[" + std::string{host} + "]") + ":" + port;
    if (access.token_file.empty()) access.token_file = folder + "token";
    if (access.ca_file.empty()) access.ca_file = folder + "ca.crt";
}

void add_routes(httplib::Server& server, const options& chosen, cluster_view& view, watch_state& watches, service_counters& counters) {
    server.Post("/prioritize", [&](const httplib::Request& request, httplib::Response& response) {
        const auto start = std::chrono::steady_clock::now();
        const auto reply = prioritize(request.body, view, chosen.rule, chosen.dry_run);
        counters.micros += static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
        ++counters.calls;
        if (!reply) {
            ++counters.refused;
            response.status = 400;
        }
        response.set_content(reply.value_or(R"({"error":"expected an object with Pod and NodeNames or Nodes"})"), "application/json");
    });
    server.Get("/healthz", [&](const httplib::Request&, httplib::Response& response) {
        const bool ready = watches.listed == 4;
        response.status = ready ? 200 : 503;
        response.set_content(ready ? "ok\n" : "not all objects are listed yet\n", "text/plain");
    });
    server.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) { response.set_content(metrics_text(view, watches, counters), "text/plain"); });
    server.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) { response.status = 500; });
    server.set_payload_max_length(chosen.body_limit);
    server.set_read_timeout(5, 0);
    server.set_write_timeout(5, 0);
    server.set_keep_alive_timeout(60);
}

int serve(const options& chosen) {
    cluster_view view;
    watch_state watches;
    service_counters counters;
    std::unique_ptr<httplib::Server> server;
    if (chosen.certificate.empty()) server = std::make_unique<httplib::Server>();
    else server = std::make_unique<httplib::SSLServer>(chosen.certificate.c_str(), chosen.key.c_str());
    if (!server->is_valid()) {
        std::fprintf(stderr, "gpupack-extender: --certificate, --key: \"%s\", \"%s\": expected a certificate and its key in PEM\n", chosen.certificate.c_str(), chosen.key.c_str());
        return 2;
    }
    add_routes(*server, chosen, view, watches, counters);
    std::vector<std::thread> threads;
    for (const object_kind kind : {object_kind::node, object_kind::device_class, object_kind::resource_slice, object_kind::resource_claim})
        threads.emplace_back([&, kind] { watch(kind, chosen.access, view, watches); });
    running = server.get();
    std::signal(SIGTERM, stop);
    std::signal(SIGINT, stop);
    log_line("info", "listening", {{"address", chosen.address}, {"port", chosen.port}});
    const bool served = server->listen(chosen.address.c_str(), chosen.port);
    if (!served) std::fprintf(stderr, "gpupack-extender: --address, --port: \"%s:%d\": expected an address that is free\n", chosen.address.c_str(), chosen.port);
    std::fflush(stderr);
    std::_Exit(served ? 0 : 2); // watches wait for the API server up to a minute; nothing of theirs needs an end
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"Tells kube-scheduler which node keeps most device placements: a scheduler extender (verb prioritize) for clusters that allocate devices by DRA."};
    options chosen;
    app.set_version_flag("--version", std::string{"gpupack-extender "} + std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." + std::to_string(GPUPACK_VERSION_PATCH));
    app.add_option("--server", chosen.access.server, "the API server, https://host:port; in a pod: the cluster's");
    app.add_option("--token-file", chosen.access.token_file, "the token of its account")->check(CLI::ExistingFile);
    app.add_option("--ca-file", chosen.access.ca_file, "the authority of the API server's certificate")->check(CLI::ExistingFile);
    app.add_flag("--insecure", chosen.access.insecure, "do not check the API server's certificate; for tests");
    app.add_option("--address", chosen.address, "where to listen")->capture_default_str();
    app.add_option("--port", chosen.port, "where to listen")->check(CLI::Range(1, 65535))->capture_default_str();
    CLI::Option* const certificate = app.add_option("--certificate", chosen.certificate, "serve HTTPS with this certificate, in PEM")->check(CLI::ExistingFile);
    app.add_option("--key", chosen.key, "its key, in PEM")->check(CLI::ExistingFile)->needs(certificate);
    app.add_option("--policy", chosen.rule, "how nodes are scored: fewest-lost placements, most-used, or none")
        ->transform(CLI::CheckedTransformer(std::map<std::string, scoring>{{"fewest-lost", scoring::fewest_lost}, {"most-used", scoring::most_used}, {"none", scoring::none}}));
    app.add_option("--body-limit", chosen.body_limit, "bytes of a request")->capture_default_str();
    app.add_flag("--dry-run", chosen.dry_run, "log what it would prefer, and answer 0 for each node");
    CLI11_PARSE(app, argc, argv);
    use_account(chosen.access);
    if (chosen.access.server.empty()) {
        std::fprintf(stderr, "gpupack-extender: --server: \"\": expected https://host:port, or to run in a pod\n");
        return 2;
    }
    return serve(chosen);
}
