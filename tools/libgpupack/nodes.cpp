// SPDX-License-Identifier: Apache-2.0
// Fleets, their policies and their nodes.
#include "library.hpp"
#include "policies.hpp"

#include <gpupack/core/amount_text.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/gpu_list_text.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace gpupack;
using namespace libgpupack;

gpupack_status gpupack_fleet_new(const char* policy, gpupack_fleet** made) {
    return guarded([&] {
        if (!is_given(made, "fleet")) return GPUPACK_BAD_INPUT;
        *made = nullptr;
        const std::string name = policy == nullptr ? "best-fit" : policy;
        auto preset = policy_named(name);
        if (!preset) return fail(preset.error());
        auto empty = cluster_builder{}.build();
        if (!empty) return fail(empty.error());
        *made = new gpupack_fleet{fleet{any_scheduler{*std::move(empty), *std::move(preset), name}}};
        return GPUPACK_OK;
    });
}

void gpupack_fleet_free(gpupack_fleet* old) {
    delete old;
}

gpupack_status gpupack_policy_put(gpupack_fleet* fleet, const char* name, const char* preset) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(name, "name") || !is_given(preset, "preset"))
            return GPUPACK_BAD_INPUT;
        auto made = policy_named(preset);
        if (!made) return fail(made.error());
        fleet->fleet.put_policy(name, *std::move(made));
        return GPUPACK_OK;
    });
}

gpupack_status gpupack_node_put(gpupack_fleet* fleet, const gpupack_node* node) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(node, "node") || !is_given(node->name, "name"))
            return GPUPACK_BAD_INPUT;
        if (node->size < sizeof(gpupack_node)) return fail(GPUPACK_BAD_INPUT, "size: expected sizeof(gpupack_node)");
        node_spec spec{.cpu = milli_cpu{node->cpu_milli}, .memory = mebibytes{node->memory_mib}};
        auto gpus = fleet->fleet.look([&](const any_scheduler& scheduler) {
            return gpu_list_from_text(node->gpus == nullptr ? "" : node->gpus, scheduler.cluster().models());
        });
        if (!gpus) return fail(gpus.error());
        spec.gpus = *std::move(gpus);
        if (node->labels != nullptr) spec.labels = items_of(node->labels);
        std::optional<std::vector<std::string>> ids;
        if (node->gpu_id_count > 0) {
            if (!is_given(node->gpu_ids, "gpu_ids")) return GPUPACK_BAD_INPUT;
            ids.emplace();
            for (uint32_t i = 0; i < node->gpu_id_count; ++i) {
                if (!is_given(node->gpu_ids[i], "gpu_ids")) return GPUPACK_BAD_INPUT;
                ids->emplace_back(node->gpu_ids[i]);
            }
        }
        return status_of(fleet->fleet.put_node(node->name, spec, ids));
    });
}

gpupack_status gpupack_node_remove(gpupack_fleet* fleet, const char* node) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(node, "node")) return GPUPACK_BAD_INPUT;
        return status_of(fleet->fleet.remove_node(node));
    });
}

gpupack_status gpupack_node_close(gpupack_fleet* fleet, const char* node, const char* gpus, int closed) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(node, "node")) return GPUPACK_BAD_INPUT;
        std::optional<gpu_set> some;
        if (gpus != nullptr) {
            some = gpus_from_text(gpus);
            if (!some) return fail({{}, 0, "gpus", gpus, "numbers of GPUs: 0,2-5"});
        }
        return status_of(fleet->fleet.close_node(node, some, closed != 0));
    });
}

gpupack_status gpupack_node_drain(gpupack_fleet* fleet, const char* node) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(node, "node")) return GPUPACK_BAD_INPUT;
        return status_of(fleet->fleet.drain_node(node));
    });
}
