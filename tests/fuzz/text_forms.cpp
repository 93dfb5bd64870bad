// SPDX-License-Identifier: Apache-2.0
// The text forms of requests, placements, shares and the GPUs of a node.
#include <gpupack/request/share_text.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/state/request_text.hpp>
#include <gpupack/topology/gpu_list_text.hpp>
#include <gpupack/topology/models.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gpupack;
    static const cluster small =
        cluster_builder{}.add_nodes(1, {64_cores, 512_GiB, {8, models::a100_80gb}}).build().value();
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    (void)request_from_text(text, small);
    (void)placement_from_text(text);
    (void)share_from_text(text, small.models());
    (void)gpu_list_from_text(text, small.models());
    return 0;
}
