// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "kubeconfig.hpp"

#include <gpupack/core/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace extender {

namespace {

/// In a pod: the account that Kubernetes mounts.
void use_account(api_access& access) {
    const char* const host = std::getenv("KUBERNETES_SERVICE_HOST");
    const char* const port = std::getenv("KUBERNETES_SERVICE_PORT");
    const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount/";
    if (host == nullptr || port == nullptr) return;
    access.server = "https://" + (std::string{host}.find(':') == std::string::npos ? std::string{host} : "[" + std::string{host} + "]") + ":" + port;
    if (access.token_file.empty()) access.token_file = folder + "token";
    if (access.ca_file.empty()) access.ca_file = folder + "ca.crt";
}

int refuse(const std::string& message) {
    std::fprintf(stderr, "gpupack-extender: %s\n", message.c_str());
    return 2;
}

void add_api_options(CLI::App& app, program_options& chosen, std::string& kubeconfig, std::string& context) {
    CLI::Option* const server = app.add_option("--server", chosen.access.server, "the API server, https://host:port; in a pod: the cluster's");
    app.add_option("--token-file", chosen.access.token_file, "the token of its account")->check(CLI::ExistingFile);
    app.add_option("--ca-file", chosen.access.ca_file, "the authority of the API server's certificate")->check(CLI::ExistingFile);
    app.add_option("--api-seconds", chosen.access.call_seconds, "how long a call waits for it; httpTimeout of the scheduler's configuration should be longer")->check(CLI::Range(1, 3600))->capture_default_str();
    app.add_flag("--insecure", chosen.access.insecure, "do not check the API server's certificate; for tests");
    CLI::Option* const file = app.add_option("--kubeconfig", kubeconfig, "a kubeconfig file in place of these")->check(CLI::ExistingFile)->excludes(server);
    app.add_option("--context", context, "one of its contexts; default: the current one")->needs(file);
}

void add_server_options(CLI::App& app, program_options& chosen) {
    app.add_option("--address", chosen.address, "where to listen")->capture_default_str();
    app.add_option("--port", chosen.port, "where to listen")->check(CLI::Range(1, 65535))->capture_default_str();
    CLI::Option* const certificate = app.add_option("--tls-cert,--certificate", chosen.certificate, "serve HTTPS with this certificate, in PEM")->check(CLI::ExistingFile);
    CLI::Option* const key = app.add_option("--tls-key,--key", chosen.key, "its key, in PEM")->check(CLI::ExistingFile)->needs(certificate);
    certificate->needs(key);
    app.add_option("--body-limit", chosen.body_limit, "bytes of a request")->capture_default_str();
    app.add_option("--request-seconds", chosen.request_seconds, "how long a request may take to arrive")->check(CLI::Range(1, 3600))->capture_default_str();
}

} // namespace

std::optional<program_options> read_options(int argc, char** argv, int& status) {
    CLI::App app{"An extender of kube-scheduler: prioritize for clusters that allocate devices by DRA, and a drop-in for gpushare-scheduler-extender."};
    program_options chosen;
    std::string kubeconfig, context;
    app.set_version_flag("--version", std::string{"gpupack-extender "} + std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." + std::to_string(GPUPACK_VERSION_PATCH));
    app.add_option("--system", chosen.system, "how GPUs are given to pods: dra, or gpushare (aliyun.com/gpu-mem)")
        ->transform(CLI::CheckedTransformer(std::map<std::string, gpu_system>{{"dra", gpu_system::dra}, {"gpushare", gpu_system::gpushare}}));
    app.add_option("--policy", chosen.policy, "dra: fewest-lost (default), most-used or none; gpushare: gpushare (default, the original's rule), lookahead, or another preset");
    app.add_option("--unit-mib", chosen.unit_mib, "gpushare: MiB in a unit of aliyun.com/gpu-mem, as its device plugin is set")->check(CLI::Range(1, 1 << 20))->capture_default_str();
    app.add_option("--hold-seconds", chosen.hold_seconds, "gpushare: how long a share is held between filter and bind")->check(CLI::Range(1, 3600))->capture_default_str();
    app.add_flag("--dry-run", chosen.dry_run, "log what it would do, and change nothing");
    add_api_options(app, chosen, kubeconfig, context);
    add_server_options(app, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        status = app.exit(error);
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
