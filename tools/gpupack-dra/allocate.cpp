// SPDX-License-Identifier: Apache-2.0
#include "allocate.hpp"

#include "terminal.hpp"

#include <gpupack/io/kubernetes/write_allocation.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

namespace dra_program {

namespace dra = gpupack::dialect::dra;

gpupack::expected<std::string, gpupack::input_error> read_file(const std::string& path) {
    if (path == "-") return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
    std::ifstream file{path, std::ios::binary};
    if (!file) return gpupack::bad_input("file", path, "a file that can be read");
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

gpupack::expected<dra::allocation_outcome, refusal> allocation_on(const gpupack::io::dra_objects& objects,
                                                                  const std::string& node_name,
                                                                  const dra::allocator_options& chosen) {
    const auto node = std::ranges::find(objects.nodes, node_name, &dra::kubernetes_node::name);
    if (node == objects.nodes.end())
        return gpupack::unexpected<refusal>{refusal{"no node \"" + node_name + "\" in the list", ""}};
    const auto devices = dra::node_devices::gather(objects.slices, *node, chosen.features, chosen.quirks);
    if (!devices)
        return gpupack::unexpected<refusal>{
            refusal{devices.error().text(), std::string{name_of(devices.error().kind)}}};
    const auto claims = gpupack::io::part_claims(objects.claims);
    dra::device_allocator allocator{objects.classes, chosen};
    return allocator.allocate(*devices, dra::node_use{*devices, claims.in_use}, claims.open);
}

namespace {

int refuse(const std::string& message, int status) {
    std::string line = gpupack_tools::with_suggestion(message);
    std::ranges::replace(line, '\n', ' ');
    std::fprintf(stderr, "gpupack-dra: %s\n", line.c_str());
    return status;
}

/// An id in the form of a UUID that is the same for the same claim and place.
std::string share_id(const std::string& claim, std::size_t place) {
    std::uint64_t state = 0xcbf29ce484222325ULL + place;
    std::string digits;
    for (int half = 0; half < 2; ++half) {
        for (const char c : claim) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        state = (state ^ (state >> 31U)) * 0x9e3779b97f4a7c15ULL;
        for (int i = 60; i >= 0; i -= 4)
            digits.push_back("0123456789abcdef"[(state >> static_cast<unsigned>(i)) & 15U]);
    }
    digits[12] = '4';
    digits[16] = "89ab"[static_cast<std::size_t>(digits[16]) % 4];
    return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" + digits.substr(16, 4) +
           "-" + digits.substr(20);
}

} // namespace

int allocate(const options& chosen) {
    const auto text = read_file(chosen.file);
    if (!text) return refuse(text.error().message(), exit_error);
    nlohmann::json document = nlohmann::json::parse(*text, nullptr, false);
    if (document.is_discarded()) return refuse(chosen.file + ": expected JSON", exit_error);
    const auto objects = gpupack::io::read_dra_objects(document, chosen.file);
    if (!objects) return refuse(objects.error().message(), exit_error);
    auto outcome = allocation_on(*objects, chosen.node,
                                 {.features = chosen.features, .quirks = chosen.quirks, .bounds = chosen.bounds});
    if (!outcome) return refuse(outcome.error().message, exit_error);
    if (outcome->failure) return refuse(outcome->failure->text(), exit_error);
    if (!outcome->allocated) return refuse("no allocation on node " + chosen.node, exit_none);
    nlohmann::json items = nlohmann::json::array();
    std::size_t next = 0;
    for (std::size_t i = 0; i < objects->claims.size(); ++i) {
        if (objects->claims[i].allocation) continue;
        dra::claim_allocation& allocation = outcome->claims[next++];
        for (std::size_t place = 0; place < allocation.devices.size(); ++place)
            if (allocation.devices[place].shared)
                allocation.devices[place].share =
                    share_id(objects->claims[i].name_space + "/" + objects->claims[i].name, place);
        nlohmann::json& source = document.contains("items") ? document["items"][objects->claim_items[i]] : document;
        items.push_back(source);
        items.back()["status"]["allocation"] = gpupack::io::allocation_json(allocation);
    }
    std::cout << nlohmann::json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}}.dump(
                     2, ' ', false, nlohmann::json::error_handler_t::replace)
              << "\n";
    std::cout.flush();
    return std::cout ? exit_allocated : refuse("standard output: expected room to write", exit_error);
}

} // namespace dra_program
