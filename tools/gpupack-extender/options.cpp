// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"
#include "kubeconfig.hpp"
#include "terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace extender {

namespace {

/// In a pod: the account that Kubernetes mounts.
void use_account(api_access& access) {
    const char* const host = std::getenv("KUBERNETES_SERVICE_HOST");
    const char* const port = std::getenv("KUBERNETES_SERVICE_PORT");
    const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
    if (host == nullptr || port == nullptr) return;
    access.server =
        "https://" +
        (std::string{host}.find(':') == std::string::npos ? std::string{host} : "[" + std::string{host} + "]") + ":" +
        port;
    if (access.token_file.empty()) access.token_file = folder + "token";
    if (access.ca_file.empty()) access.ca_file = folder + "ca.crt";
}

int refuse(const std::string& message) {
    std::fprintf(stderr, "gpupack-extender: %s\n", gpupack_tools::with_suggestion(message).c_str());
    return 2;
}

template <class Number> std::string default_text(Number number) {
    return " (default " + std::to_string(number) + ")";
}

void add_api_options(CLI::App& app, program_options& chosen, std::string& kubeconfig, std::string& context) {
    const char* const group = "The API server";
    CLI::Option* const server =
        app.add_option("--server", chosen.access.server, "its address, https://host:port; in a pod: the cluster's")
            ->option_text("URL");
    app.add_option("--token-file", chosen.access.token_file, "the token of the account to use")
        ->check(CLI::ExistingFile)
        ->option_text("FILE");
    app.add_option("--ca-file", chosen.access.ca_file, "the authority of its certificate")
        ->check(CLI::ExistingFile)
        ->option_text("FILE");
    app.add_option("--api-seconds", chosen.access.call_seconds,
                   "how long a call waits for it; httpTimeout of the scheduler's configuration should be longer" +
                       default_text(chosen.access.call_seconds))
        ->check(CLI::Range(1, 3600))
        ->option_text("NUMBER");
    app.add_flag("--insecure", chosen.access.insecure, "do not check its certificate; for tests");
    CLI::Option* const file = app.add_option("--kubeconfig", kubeconfig, "a kubeconfig file in place of these")
                                  ->check(CLI::ExistingFile)
                                  ->excludes(server)
                                  ->option_text("FILE");
    app.add_option("--context", context, "one of the contexts of that file; default: the current one")
        ->needs(file)
        ->option_text("NAME");
    for (const char* const name :
         {"--server", "--token-file", "--ca-file", "--api-seconds", "--insecure", "--kubeconfig", "--context"})
        app.get_option(name)->group(group);
}

void add_server_options(CLI::App& app, program_options& chosen) {
    app.add_option("--address", chosen.address, "where to listen (default " + chosen.address + ")")
        ->option_text("ADDRESS");
    app.add_option("--port", chosen.port, "where to listen" + default_text(chosen.port))
        ->check(CLI::Range(1, 65535))
        ->option_text("NUMBER");
    CLI::Option* const certificate = app.add_option("--tls-cert,--certificate", chosen.certificate,
                                                    "serve HTTPS with this certificate, in PEM; with --tls-key")
                                         ->check(CLI::ExistingFile)
                                         ->option_text("FILE");
    CLI::Option* const key = app.add_option("--tls-key,--key", chosen.key, "its key, in PEM")
                                 ->check(CLI::ExistingFile)
                                 ->needs(certificate)
                                 ->option_text("FILE");
    certificate->needs(key);
    app.add_option("--body-limit", chosen.body_limit, "bytes of a request" + default_text(chosen.body_limit))
        ->option_text("NUMBER");
    app.add_option("--request-seconds", chosen.request_seconds,
                   "how long a request may take to arrive" + default_text(chosen.request_seconds))
        ->check(CLI::Range(1, 3600))
        ->option_text("NUMBER");
    for (const char* const name :
         {"--address", "--port", "--tls-cert", "--tls-key", "--body-limit", "--request-seconds"})
        app.get_option(name)->group("Where it serves");
}

} // namespace

std::optional<program_options> read_options(int argc, char** argv, int& status) {
    CLI::App app{"Serves kube-scheduler as an extender: prioritize for clusters that allocate devices by DRA, and a "
                 "drop-in for gpushare-scheduler-extender.",
                 "gpupack-extender"};
    program_options chosen;
    std::string kubeconfig, context;
    app.add_option("--system", chosen.system,
                   "how GPUs are given to pods: dra (the default), or gpushare (aliyun.com/gpu-mem)")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, gpu_system>{{"dra", gpu_system::dra}, {"gpushare", gpu_system::gpushare}}))
        ->option_text("SYSTEM");
    app.add_option("--policy", chosen.policy,
                   "dra: fewest-lost (default), most-used or none; gpushare: gpushare (default, the original's rule), "
                   "lookahead, or another preset")
        ->option_text("NAME");
    app.add_option("--unit-mib", chosen.unit_mib,
                   "gpushare: MiB in a unit of aliyun.com/gpu-mem, as its device plugin is set" +
                       default_text(chosen.unit_mib))
        ->check(CLI::Range(1, 1 << 20))
        ->option_text("NUMBER");
    app.add_option("--hold-seconds", chosen.hold_seconds,
                   "gpushare: how long a share is held between filter and bind" + default_text(chosen.hold_seconds))
        ->check(CLI::Range(1, 3600))
        ->option_text("NUMBER");
    app.add_flag("--dry-run", chosen.dry_run, "log what it would do, and change nothing");
    for (const char* const name : {"--system", "--policy", "--unit-mib", "--hold-seconds", "--dry-run"})
        app.get_option(name)->group("What it decides");
    add_api_options(app, chosen, kubeconfig, context);
    add_server_options(app, chosen);
    app.footer("Example:\n  gpupack-extender --system gpushare --kubeconfig ~/.kube/config --dry-run\n");
    const auto message = gpupack_tools::parse_command_line(app, argc, argv);
    if (!message) {
        status = refuse(message.error().message());
        return std::nullopt;
    }
    if (!message->empty()) {
        std::fputs(message->c_str(), stdout);
        status = 0;
        return std::nullopt;
    }
    if (!kubeconfig.empty()) {
        const auto access = read_kubeconfig(kubeconfig, context);
        if (!access) {
            status = refuse(access.error().message());
            return std::nullopt;
        }
        const int call_seconds = chosen.access.call_seconds;
        chosen.access = *access;
        chosen.access.call_seconds = call_seconds;
    } else if (chosen.access.server.empty()) {
        use_account(chosen.access);
    }
    if (chosen.access.server.empty()) {
        status = refuse("--server: \"\": expected https://host:port, a --kubeconfig, or to run in a pod");
        return std::nullopt;
    }
    return chosen;
}

} // namespace extender
