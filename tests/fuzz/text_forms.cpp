// SPDX-License-Identifier: Apache-2.0
// The text forms of requests, placements, shares, selectors, policies, nodes and their GPUs.
#include <gpupack/core/gpu_set_text.hpp>
#include <gpupack/dialect/policy_spec.hpp>
#include <gpupack/request/selector_text.hpp>
#include <gpupack/request/share_text.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

/// Whatever was read is written so that it reads back, to the same text.
template <class Read, class Parse> void reads_back(const Read& read, const Parse& parse) {
    if (!read) return;
    const std::string line = to_text(*read);
    const auto again = parse(line);
    if (again && to_text(*again) == line) return;
    std::fprintf(stderr, "does not read back: %s\n", line.c_str());
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gpupack;
    static const cluster small =
        cluster_builder{}.add_nodes(1, {64_cores, 512_GiB, {8, models::a100_80gb}}).build().value();
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)request_from_text(text, small);
    (void)placement_from_text(text);
    (void)share_from_text(text, small.models());
    (void)gpu_list_from_text(text, small.models());
    (void)gpu_set_from_text(text);
    reads_back(policy_spec_from_text(text), [](const std::string& line) { return policy_spec_from_text(line); });
    reads_back(model_selector_from_text(text), [](const std::string& line) { return model_selector_from_text(line); });
    reads_back(label_selector_from_text(text), [](const std::string& line) { return label_selector_from_text(line); });
    reads_back(gpu_selector_from_text(text), [](const std::string& line) { return gpu_selector_from_text(line); });
    reads_back(node_from_text(text, small.models()),
               [](const std::string& line) { return node_from_text(line, small.models()); });
    return 0;
}
