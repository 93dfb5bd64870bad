// SPDX-License-Identifier: Apache-2.0
// gpupack-extender: an extender of kube-scheduler. For DRA it tells which node keeps most device placements, by knowing which
// devices kube-scheduler will choose; for gpushare it stands in the place of gpushare-scheduler-extender.
#include "api_client.hpp"
#include "cluster_view.hpp"
#include "http_server.hpp"
#include "options.hpp"
#include "service.hpp"
#include "share_chooser.hpp"
#include "share_service.hpp"
#include "share_view.hpp"
#include "terminal.hpp"
#include "watcher.hpp"

#include <gpupack/core/version.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace extender;

/// Watches some kinds until the process ends; the threads are never joined.
void start_watches(const std::vector<object_kind>& kinds, const program_options& chosen, const object_sink& sink,
                   watch_state& state) {
    for (const object_kind kind : kinds)
        std::thread{[kind, &chosen, sink, &state] { watch(kind, chosen.access, sink, state); }}.detach();
}

void add_health(httplib::Server& server, std::function<bool()> ready) {
    server.Get("/healthz", [ready = std::move(ready)](const httplib::Request&, httplib::Response& response) {
        const bool now = ready();
        response.status = now ? 200 : 503;
        response.set_content(now ? "ok\n" : "not all objects are listed yet\n", "text/plain");
    });
    server.Get("/version", [](const httplib::Request&, httplib::Response& response) {
        response.set_content(std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." +
                                 std::to_string(GPUPACK_VERSION_PATCH),
                             "text/plain");
    });
}

/// Listens, and ends the process: watches wait for the API server up to a minute, and nothing of theirs needs an end.
[[noreturn]] void serve(httplib::Server& server, const program_options& chosen) {
    const bool served = listen(server, chosen);
    if (!served)
        std::fprintf(stderr, "gpupack-extender: --address, --port: \"%s:%d\": expected an address that is free\n",
                     chosen.address.c_str(), chosen.port);
    std::fflush(stderr);
    std::_Exit(served ? 0 : 2);
}

int refuse_policy(const std::string& message) {
    std::fprintf(stderr, "gpupack-extender: %s\n", gpupack_tools::with_suggestion("--policy: " + message).c_str());
    return 2;
}

int serve_dra(httplib::Server& server, const program_options& chosen) {
    static const std::map<std::string, scoring> rules{{"", scoring::fewest_lost},
                                                      {"fewest-lost", scoring::fewest_lost},
                                                      {"most-used", scoring::most_used},
                                                      {"none", scoring::none}};
    const auto rule = rules.find(chosen.policy);
    if (rule == rules.end()) return refuse_policy("\"" + chosen.policy + "\": expected fewest-lost, most-used or none");
    cluster_view view;
    watch_state watches;
    service_counters counters;
    on_post(server, "/prioritize", chosen.request_seconds, [&](const std::string& body, httplib::Response& response) {
        const auto start = std::chrono::steady_clock::now();
        const auto reply = prioritize(body, view, rule->second, chosen.dry_run);
        counters.micros += static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
        ++counters.calls;
        if (!reply) {
            ++counters.refused;
            response.status = 400;
        }
        response.set_content(reply.value_or(R"({"error":"expected an object with Pod and NodeNames or Nodes"})"),
                             "application/json");
    });
    on_post(server, "/forecast", chosen.request_seconds, [&](const std::string& body, httplib::Response& response) {
        const auto reply = forecast(body, view);
        if (!reply) response.status = 400;
        response.set_content(reply.value_or(R"({"error":"expected an object with Pod and NodeNames or Nodes"})"),
                             "application/json");
    });
    server.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) {
        response.set_content(metrics_text(view, watches, counters), "text/plain");
    });
    const std::vector<object_kind> kinds{object_kind::node, object_kind::device_class, object_kind::resource_slice,
                                         object_kind::resource_claim};
    static std::atomic<bool> gathered =
        false; // or the first calls would gather all nodes, and kube-scheduler not wait for them
    add_health(server, [] { return gathered.load(); });
    start_watches(kinds, chosen, view.sink(), watches);
    std::thread{[&, all = static_cast<int>(kinds.size())] { // so that no call has to gather thousands of nodes
        while (true) {
            if (watches.listed >= all && view.prepare_next()) continue;
            if (watches.listed >= all) gathered = true;
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
        }
    }}
        .detach();
    serve(server, chosen);
}

int serve_gpushare(httplib::Server& server, const program_options& chosen) {
    const std::string policy = chosen.policy.empty() ? "gpushare" : chosen.policy;
    auto chooser = share_chooser::make(policy, chosen.unit_mib);
    if (!chooser) return refuse_policy(chooser.error().message());
    share_view view{std::move(*chooser), std::chrono::seconds{chosen.hold_seconds}};
    watch_state watches;
    api_client api{chosen.access};
    share_service service{view, api, {.scheduler_chooses = policy == "gpushare", .dry_run = chosen.dry_run}};
    const std::vector<object_kind> kinds{object_kind::node, object_kind::pod, object_kind::config_map};
    const auto add = [&](const std::string& verb, share_answer (share_service::*answer)(const std::string&)) {
        on_post(server, "/gpushare-scheduler/" + verb, chosen.request_seconds,
                [&, answer](const std::string& body, httplib::Response& response) {
                    // Before all pods are known, nothing can be said to be free.
                    const bool ready = watches.listed >= static_cast<int>(kinds.size());
                    const share_answer made = ready
                                                  ? (service.*answer)(body)
                                                  : share_answer{503, R"({"Error":"not all objects are listed yet"})"};
                    response.status = made.status;
                    response.set_content(made.body, "application/json");
                });
    };
    add("filter", &share_service::filter);
    add("prioritize", &share_service::prioritize);
    add("bind", &share_service::bind);
    const auto inspect = [&](const httplib::Request& request, httplib::Response& response) {
        const std::string name = request.matches.size() > 1 ? request.matches[1].str() : std::string{};
        response.set_content(view.inspect(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                             "application/json");
    };
    server.Get("/gpushare-scheduler/inspect", inspect);
    server.Get("/gpushare-scheduler/inspect/([^/]+)", inspect);
    server.Get("/metrics", [&](const httplib::Request&, httplib::Response& response) {
        response.set_content(service.metrics() + watch_metrics(watches), "text/plain");
    });
    add_health(server, [&] { return watches.listed >= static_cast<int>(kinds.size()); });
    start_watches(kinds, chosen, view.sink(), watches);
    std::thread{[&] {
        while (true) {
            std::this_thread::sleep_for(std::chrono::milliseconds{500});
            service.settle();
        }
    }}.detach();
    serve(server, chosen);
}

} // namespace

int main(int argc, char** argv) {
    int status = 0;
    const auto chosen = read_options(argc, argv, status);
    if (!chosen) return status;
    const auto server = make_server(*chosen);
    if (!server) {
        std::fprintf(
            stderr,
            "gpupack-extender: --tls-cert, --tls-key: \"%s\", \"%s\": expected a certificate and its key in PEM\n",
            chosen->certificate.c_str(), chosen->key.c_str());
        return 2;
    }
    return chosen->system == gpu_system::dra ? serve_dra(*server, *chosen) : serve_gpushare(*server, *chosen);
}
