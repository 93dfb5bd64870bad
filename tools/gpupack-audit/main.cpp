// SPDX-License-Identifier: Apache-2.0
// gpupack-audit: what a Kubernetes cluster's GPUs hold, what is free, what waits and why. It changes nothing.
#include "audit.hpp"

#include "command_line.hpp"
#include "terminal.hpp"

#include <gpupack/io/kubernetes/read_gpu_inventory.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include <unistd.h>

namespace {

int refuse(const std::string& message) {
    std::fprintf(stderr, "gpupack-audit: %s\n", gpupack_tools::with_suggestion(message).c_str());
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
    if (document.is_discarded())
        return refuse(path + ": expected JSON, as kubectl get nodes,pods -A -o json prints it");
    auto inventory = gpupack::io::read_gpu_inventory(document, path);
    if (!inventory) return refuse(inventory.error().message());
    const auto objects = gpupack::io::read_dra_objects(document, path);
    if (!objects) inventory->remarks.push_back("DRA objects are left out: " + objects.error().message());
    auto made = audit_program::audit(std::move(*inventory), objects ? *objects : gpupack::io::dra_objects{});
    made.repackings = audit_program::repack(made.inventory, orders);
    std::cout << (as_json ? audit_program::json_text(made)
                          : gpupack_tools::fitted_for(audit_program::table_text(made), STDOUT_FILENO));
    std::cout.flush();
    return std::cout ? 0 : refuse("standard output: expected room to write");
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Says what a Kubernetes cluster's GPUs hold, what is free, and what waits and why. It changes nothing.",
        "gpupack-audit"};
    std::string path;
    bool as_json = false;
    int orders = 10;
    app.add_option("FILE", path, "the List that kubectl prints; - is standard input")->option_text(" ");
    app.add_flag("--json", as_json, "print JSON instead of a table")->group("Output");
    app.add_option("--orders", orders,
                   "random orders in which the shares are placed anew, up to 1000 (default 10); 0: none")
        ->check(CLI::Range(0, 1000))
        ->option_text("NUMBER")
        ->group("Output");
    app.footer(
        "Examples:\n"
        "  kubectl get nodes,pods,deviceclasses,resourceslices,resourceclaims -A \\\n    -o json | gpupack-audit -\n"
        "  gpupack-audit --json cluster.json\n\nExit status: 0, or 2 and one line on standard error if the input "
        "cannot be read.\n");
    const auto message = gpupack_tools::parse_command_line(app, argc, argv);
    if (!message) return refuse(message.error().message());
    if (!message->empty()) {
        std::fputs(message->c_str(), stdout);
        return 0;
    }
    if (path.empty()) return refuse("FILE: \"\": expected a file, or - for standard input");
    try {
        return run(path, as_json, orders);
    } catch (const std::exception& error) {
        return refuse(error.what());
    }
}
