// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "command_line.hpp"

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
    CLI::App app{"Allocates ResourceClaims on a node as kube-scheduler does.", "gpupack-dra"};
    options chosen;
    std::string features;
    std::string release = "1.37";
    bool plain = false;
    app.require_subcommand(1);
    const auto add_choices = [&](CLI::App* command) {
        command
            ->add_option("--release", release, "of Kubernetes, 1.34 to 1.37 (the default): its features and its faults")
            ->check(CLI::IsMember({"1.34", "1.35", "1.36", "1.37"}))
            ->option_text("RELEASE");
        command->add_flag("--no-bounds", plain, "search as upstream does, even where that takes exponential time");
    };
    CLI::App* const allocate =
        app.add_subcommand("allocate", "Allocates the claims of a List that have no allocation yet, in order.");
    allocate
        ->add_option("LIST", chosen.file,
                     "Node, DeviceClasses, ResourceSlices and ResourceClaims as a JSON List; - is standard input")
        ->required()
        ->option_text(" ");
    allocate->add_option("--node", chosen.node, "the name of the node")->required()->option_text("NAME");
    CLI::Option* const named =
        allocate
            ->add_option(
                "--features", features,
                "what is switched on, separated by commas: admin_access, first_available, partitionable, taints, "
                "binding_conditions, consumable_capacity, fractional_range, list_attributes (default: as in the "
                "release)")
            ->option_text("NAMES");
    add_choices(allocate);
    CLI::App* const answer = app.add_subcommand(
        "answer",
        "Reads one case a line, as {\"id\", \"features\", \"node\", \"list\"}, and writes one answer a line.");
    answer->add_option("CASES", chosen.file, "the cases; - is standard input")->required()->option_text(" ");
    add_choices(answer);
    app.footer("Example:\n  kubectl get nodes,deviceclasses,resourceslices,resourceclaims -A -o json |\n    "
               "gpupack-dra allocate - --node worker-0\n\n"
               "Exit status: 0 allocated, 1 no allocation, 2 an error of the allocator or of the input.\n");
    const auto message = gpupack_tools::parse_command_line(app, argc, argv);
    if (!message) return gpupack::unexpected<gpupack::input_error>{message.error()};
    chosen.message = *message;
    if (!chosen.message.empty()) return chosen;
    chosen.command = answer->parsed() ? "answer" : "allocate";
    chosen.features = gpupack::dialect::dra::features_of(releases.at(release));
    chosen.quirks = gpupack::dialect::dra::quirks_of(releases.at(release));
    chosen.bounds = !plain;
    if (named->count() == 0) return chosen;
    const auto [known, unknown] = gpupack::dialect::dra::features_named(features);
    if (!unknown.empty())
        return gpupack::bad_input("--features", std::string{unknown},
                                  "one of admin_access, first_available, partitionable, taints, binding_conditions, "
                                  "consumable_capacity, fractional_range, list_attributes");
    chosen.features = known;
    return chosen;
}

} // namespace dra_program
