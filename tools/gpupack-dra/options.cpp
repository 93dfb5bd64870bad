// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <gpupack/core/version.hpp>

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace dra_program {

namespace {

using gpupack::dialect::dra::kubernetes_release;

const std::map<std::string, kubernetes_release> releases{{"1.34", kubernetes_release::v1_34},
                                                         {"1.35", kubernetes_release::v1_35},
                                                         {"1.36", kubernetes_release::v1_36},
                                                         {"1.37", kubernetes_release::v1_37}};

} // namespace

gpupack::expected<options, gpupack::input_error> parse_options(int argc, char** argv) {
    CLI::App app{"Allocates ResourceClaims on a node as kube-scheduler does.\n"
                 "Exit status: 0 allocated, 1 no allocation, 2 an error of the allocator or of the input."};
    options chosen;
    std::string features;
    std::string release = "1.37";
    bool plain = false;
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string{"gpupack-dra "} + std::to_string(GPUPACK_VERSION_MAJOR) + "." +
                                          std::to_string(GPUPACK_VERSION_MINOR) + "." + std::to_string(GPUPACK_VERSION_PATCH));
    const auto add_choices = [&](CLI::App* command) {
        command->add_option("--release", release, "the release of Kubernetes: its features and its faults")
            ->check(CLI::IsMember({"1.34", "1.35", "1.36", "1.37"}));
        command->add_flag("--no-bounds", plain, "search as upstream does, even where that takes exponential time");
    };
    CLI::App* const allocate = app.add_subcommand("allocate", "Allocates the claims of a List that have no allocation yet, in order");
    allocate->add_option("list", chosen.file, "Node, DeviceClasses, ResourceSlices and ResourceClaims as a JSON List; - is standard input")->required();
    allocate->add_option("--node", chosen.node, "the name of the node")->required();
    CLI::Option* const named = allocate->add_option("--features", features,
                                                    "what is switched on, separated by commas: admin_access, first_available, partitionable, taints, "
                                                    "binding_conditions, consumable_capacity, fractional_range, list_attributes; "
                                                    "without this option: the release's defaults");
    add_choices(allocate);
    CLI::App* const answer = app.add_subcommand("answer", "Reads one case a line, as {\"id\", \"features\", \"node\", \"list\"}, and writes one answer a line");
    answer->add_option("cases", chosen.file, "the cases; - is standard input")->required();
    add_choices(answer);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked_for) {
        chosen.message = asked_for.get_name() == "CallForVersion" ? app.version() + "\n" : app.help("", CLI::AppFormatMode::All);
        return chosen;
    } catch (const CLI::ParseError& error) {
        return gpupack::bad_input("command line", error.what(), "gpupack-dra allocate LIST.json --node NAME; gpupack-dra --help");
    }
    chosen.command = answer->parsed() ? "answer" : "allocate";
    chosen.features = gpupack::dialect::dra::features_of(releases.at(release));
    chosen.quirks = gpupack::dialect::dra::quirks_of(releases.at(release));
    chosen.bounds = !plain;
    if (named->count() == 0) return chosen;
    const auto [known, unknown] = gpupack::dialect::dra::features_named(features);
    if (!unknown.empty()) return gpupack::bad_input("--features", std::string{unknown}, "a name from --help");
    chosen.features = known;
    return chosen;
}

} // namespace dra_program
