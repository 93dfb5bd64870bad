// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/node_id.hpp>
#include <gpupack/request/gpu_choice.hpp>
#include <gpupack/request/label_selector.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/topology/label_set.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// The nodes whose owners gave them a label, lowest first. Cost: a pass over the labels of all nodes.
[[nodiscard]] inline std::vector<node_id> nodes_with_label(const cluster& cluster, std::string_view label) {
    std::vector<node_id> found;
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const node_id id = cluster.id_at(n);
        if (!cluster.contains(id)) continue;
        const std::vector<std::string>& labels = cluster.identity(id).spec->labels;
        if (std::find(labels.begin(), labels.end(), label) != labels.end()) found.push_back(id);
    }
    return found;
}

namespace detail {

/// Narrows a choice of GPUs: only on some nodes, or not on some.
class node_narrowing {
  public:
    node_narrowing(const cluster& cluster, const gpu_choice& choice) : cluster_{cluster}, choice_{choice} {}

    /// Only nodes of a list. False where no GPU is left, or where a request cannot name so many nodes.
    [[nodiscard]] bool keep(const std::vector<node_id>& nodes) {
        gpu_choice kept{true};
        for (const node_id node : nodes)
            if (const gpu_set gpus = choice_.among(node, all_of(node)); !gpus.empty() && !kept.add(node, gpus))
                return false;
        choice_ = kept;
        return !(kept == gpu_choice{true});
    }
    /// Not those of a list.
    [[nodiscard]] bool drop(const std::vector<node_id>& nodes) {
        gpu_choice kept{choice_.is_only()};
        bool fits = true;
        choice_.for_each([&](node_id node, gpu_set gpus) {
            const bool dropped = std::find(nodes.begin(), nodes.end(), node) != nodes.end();
            if (!choice_.is_only() || !dropped) fits = kept.add(node, gpus) && fits;
        });
        if (!choice_.is_only())
            for (const node_id node : nodes) fits = kept.add(node, all_of(node)) && fits;
        choice_ = kept;
        return fits && !(kept == gpu_choice{true});
    }
    /// The choice as it is now.
    [[nodiscard]] const gpu_choice& choice() const noexcept { return choice_; }

  private:
    [[nodiscard]] gpu_set all_of(node_id node) const { return gpu_set::first(cluster_[node].gpu_count()); }

    const cluster& cluster_;
    gpu_choice choice_;
};

} // namespace detail

/// Makes a request choose its GPUs by labels: by number those that have one, and by the nodes that have them now those labels
/// of nodes that came when all 64 numbers were taken, a hostname as a rule. Such a label may be on 8 nodes at most.
///
/// @param selector  the labels
/// @param cluster   whose nodes have them
/// @param request   its labels are set, and its ids narrowed where they must be
/// @return          nothing, and the request is changed; or what is wrong: a label that nothing has; one without a number that is on
///                  more than 8 nodes, or for a request without GPUs; no GPU left to choose
/// Cost: a pass over the labels of all nodes for each label without a number.
[[nodiscard]] inline std::optional<input_error> choose_by_labels(const label_selector& selector, const cluster& cluster,
                                                                 request& request) {
    label_terms terms;
    detail::node_narrowing narrowing{cluster, request.ids};
    const auto enter = [&](const std::string& text, label_set& numbered, bool required) -> std::optional<input_error> {
        if (const auto number = cluster.labels().find(text)) {
            numbered.insert(*number);
            return std::nullopt;
        }
        const std::vector<node_id> nodes = nodes_with_label(cluster, text);
        if (nodes.empty())
            return input_error{{}, 0, "label", text, std::string{"one of "}.append(cluster.labels().names())};
        if (request.gpus == 0)
            return input_error{{}, 0, "label", text, "one of the first 64 of the cluster, as the request has no GPUs"};
        if (required ? narrowing.keep(nodes) : narrowing.drop(nodes)) return std::nullopt;
        return input_error{
            {},
            0,
            "label",
            text,
            "one that leaves GPUs to choose, and that at most 8 nodes have, as it is none of the first 64"};
    };
    for (const std::string& text : selector.all_of)
        if (auto wrong = enter(text, terms.all_of, true)) return wrong;
    for (const std::string& text : selector.none_of)
        if (auto wrong = enter(text, terms.none_of, false)) return wrong;
    request.labels = terms;
    request.ids = narrowing.choice();
    return std::nullopt;
}

} // namespace gpupack
