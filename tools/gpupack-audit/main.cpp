// SPDX-License-Identifier: Apache-2.0
// gpupack-audit: what a Kubernetes cluster's GPUs hold, what is free, what waits and why. It changes nothing.
#include "audit.hpp"

#include <gpupack/core/version.hpp>
#include <gpupack/io/kubernetes/read_gpu_inventory.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

namespace {

int refuse(const std::string& message) {
    std::fprintf(stderr, "gpupack-audit: %s\n", message.c_str());
    return 2;
}

int run(const std::string& path, bool as_json, int orders) {
    std::string text;
    if (path == "-") {
        text.assign(std::istreambuf_iterator<char>{std::cin}, {});
    } else {
        std::ifstream file{path, std::ios::binary};
        if (!file) return refuse(path + ": expected a file that can be read");
        text.assign(std::istreambuf_iterator<char>{file}, {});
    }
    const nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded()) return refuse(path + ": expected JSON, as kubectl get nodes,pods -A -o json prints it");
    auto inventory = gpupack::io::read_gpu_inventory(document, path);
    if (!inventory) return refuse(inventory.error().message());
    const auto objects = gpupack::io::read_dra_objects(document, path);
    if (!objects) inventory->remarks.push_back("DRA objects are left out: " + objects.error().message());
    auto made = audit_program::audit(std::move(*inventory), objects ? *objects : gpupack::io::dra_objects{});
    made.repackings = audit_program::repack(made.inventory, orders);
    std::cout << (as_json ? audit_program::json_text(made) : audit_program::table_text(made));
    std::cout.flush();
    return std::cout ? 0 : refuse("standard output: expected room to write");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"What a Kubernetes cluster's GPUs hold, what is free, and what waits and why. It changes nothing.\n"
                 "kubectl get nodes,pods,deviceclasses,resourceslices,resourceclaims -A -o json | gpupack-audit -"};
    std::string path;
    bool as_json = false;
    int orders = 10;
    app.set_version_flag("--version", std::string{"gpupack-audit "} + std::to_string(GPUPACK_VERSION_MAJOR) + "." + std::to_string(GPUPACK_VERSION_MINOR) + "." +
                                          std::to_string(GPUPACK_VERSION_PATCH));
    app.add_option("file", path, "the List; - is standard input")->required();
    app.add_flag("--json", as_json, "print JSON instead of a table");
    app.add_option("--orders", orders, "random orders in which the shares are placed anew; 0: none")->check(CLI::Range(0, 1000));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return refuse(std::string{error.what()} + "; gpupack-audit --help");
    }
    try {
        return run(path, as_json, orders);
    } catch (const std::exception& error) {
        return refuse(error.what());
    }
}
