// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/column_search.cuh>
#include <gpupack/gpu/detail/decide_kernel.cuh>
#include <gpupack/gpu/detail/decision_letter.hpp>
#include <gpupack/gpu/device_space.cuh>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/gpu/table_block.hpp>
#include <gpupack/policy/allocation_on_type.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/search/best_node.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The searcher of the engine on a GPU: the cluster's state is there, and a decision is one kernel, whose parameter is what
/// is asked and what changed, and which writes the answer into host memory. Where the sums of nodes decide, it ranks them by
/// columns (column_search.cuh) and the host chooses the GPUs on the best one, whose state it has; else the last block chooses.
///
/// Where the GPU fails it, the scan answers from then on, and problem() says why: no decision is lost.
///
/// Memory: see resident_cluster.
/// Cost: a launch and a rank a node, spread over the card; changed nodes beyond 16 are sent before. The thread that waits
/// for the answer spins.
template <policy::policy Policy> class device_searcher {
    static_assert(runs_on_device<Policy>, "a policy that a kernel can run; this one runs on the CPU only");

  public:
    /// The scorer that kernels call.
    using scorer_type = policy::scorer_of<Policy>;

    /// - `problem`: Receives the first failure, here and later.
    device_searcher(const gpupack::cluster& cluster, int device, std::shared_ptr<std::optional<gpu_error>> problem)
        : problem_{std::move(problem)} {
        auto opened = device_space::open(device);
        if (!opened) {
            fail(std::move(opened.error()));
            return;
        }
        shape_version_ = cluster.shape_version();
        gpu_ = std::make_unique<state>(std::move(*opened), cluster);
        if (auto failed = gpu_->space->take_problem()) fail(std::move(*failed));
    }

    /// The best choice for a request; nothing where it fits nowhere.
    [[nodiscard]] std::optional<selection> find(const Policy& policy, const policy::decision& question) {
        if (gpu_ != nullptr && question.cluster.size() > 0) {
            const scorer_type scorer = policy::prepare(policy, question);
            if constexpr (ranks_by_columns)
                if (const auto best = find_by_columns(scorer, question)) {
                    if (!best->found()) return std::nullopt;
                    return search::select_on(question.cluster.id_at(best->node.number()), scorer, question.cluster,
                                             question.request);
                }
            if (gpu_ != nullptr)
                if (const std::optional<answer_type> answer = ask(scorer, question)) {
                    if (!answer->found()) return std::nullopt;
                    selection choice{*answer};
                    choice.node = question.cluster.id_at(choice.node.number()); // kernels know numbers
                    return choice;
                }
        }
        return search::scan::searcher{}.find(policy, question);
    }

    /// Notes that a node has changed. Once nodes came, went, or have other resources, the host searches: what the GPU holds
    /// is of the nodes that there were.
    void changed(const cluster& cluster, node_id node) {
        if (gpu_ != nullptr && cluster.shape_version() != shape_version_) gpu_.reset();
        if (gpu_ != nullptr) gpu_->nodes.changed(node);
    }

  private:
    using key_type = search::key_of<scorer_type>;
    using answer_type = ranked_selection<key_type>;
    using letter_type = detail::decision_letter<scorer_type>;
    using reply_type = detail::decision_answer<key_type>;

    static constexpr bool ranks_by_columns = policy::scores_by_sums<scorer_type>;
    struct no_columns {};
    using columns_type = std::conditional_t<ranks_by_columns, detail::column_search<scorer_type>, no_columns>;

    /// What lives with the GPU; its space must be destroyed last.
    struct state {
        state(std::unique_ptr<device_space> opened_space, const gpupack::cluster& cluster)
            : space{std::move(opened_space)}, nodes{*space, cluster}, tables{*space},
              reply{space->template pinned<reply_type>(1)} {
            if (reply.data() != nullptr) *reply.data() = {};
        }

        std::unique_ptr<device_space> space;
        resident_cluster<device_space> nodes;
        columns_type columns;
        table_block block;
        uploaded_tables<device_space> tables;
        std::uint64_t serial = 0; // of the last letter
        device_space::pinned_array<reply_type> reply;
        std::uint32_t blocks = 0;
        device_space::array<ranked_node<key_type>> partial;
    };

    void fail(gpu_error problem) {
        if (!*problem_) *problem_ = std::move(problem);
        gpu_.reset();
    }

    /// Whether a call failed, which is then the end of the GPU.
    [[nodiscard]] bool has_failed() {
        auto problem = gpu_->space->take_problem();
        if (!problem) return false;
        fail(std::move(*problem));
        return true;
    }

    /// The best node; nothing where sums do not decide, or where the GPU fails.
    [[nodiscard]] std::optional<ranked_node<key_type>> find_by_columns(const scorer_type& scorer,
                                                                       const policy::decision& question) {
        state& gpu = *gpu_;
        const auto best = gpu.columns.find(*gpu.space, gpu.nodes, question.cluster, question.request, scorer);
        if (has_failed()) return std::nullopt;
        return best;
    }

    /// The GPU's answer; nothing where it fails.
    [[nodiscard]] std::optional<answer_type> ask(const scorer_type& scorer, const policy::decision& question) {
        state& gpu = *gpu_;
        launch(write_letter(scorer, question), static_cast<std::uint32_t>(question.cluster.size()));
        const volatile std::uint64_t& serial = gpu.reply.data()->serial;
        gpu.space->spin_until([&] { return serial == gpu.serial; });
        if (has_failed()) return std::nullopt;
        return gpu.reply.data()->choice;
    }

    [[nodiscard]] letter_type write_letter(const scorer_type& scorer, const policy::decision& question) {
        state& gpu = *gpu_;
        if constexpr (policy::policy_traits<scorer_type>::properties.topology_sensitive)
            gpu.nodes.move_types(question.cluster);
        gpu.block.clear();
        const prepared_request<scorer_type> packed =
            gpu.block.pack(prepared_request<scorer_type>{question.request, scorer});
        const std::size_t bytes = detail::table_bytes(scorer);
        letter_type letter{.prepared = table_block::placed(packed, gpu.tables.update(gpu.block)),
                           .table_bytes = bytes <= detail::most_shared_tables ? static_cast<std::uint32_t>(bytes) : 0,
                           .serial = ++gpu.serial};
        letter.update_count = gpu.nodes.write_updates(question.cluster, letter.updates, letter_type::most_updates,
                                                      letter.gpus, letter_type::most_gpus);
        return letter;
    }

    void launch(const letter_type& letter, std::uint32_t nodes) {
        state& gpu = *gpu_;
        device_space& space = *gpu.space;
        if (gpu.blocks == 0) {
            const int resident = space.resident_blocks(detail::decide_kernel<scorer_type>, letter.table_bytes);
            gpu.blocks = detail::rank_blocks(nodes, 1, space.device().multiprocessors, resident);
            gpu.partial = space.template allocate<ranked_node<key_type>>(gpu.blocks);
        }
        std::uint64_t* const done = space.counters(1);
        if (space.has_problem()) return;
        const detail::device_scope scope{space.device().number};
        detail::decide_kernel<scorer_type><<<gpu.blocks, detail::rank_threads, letter.table_bytes, space.stream()>>>(
            gpu.nodes.writable(), letter, gpu.partial.data(), done, gpu.reply.data());
        space.check(cudaGetLastError(), "a kernel launch");
    }

    std::shared_ptr<std::optional<gpu_error>> problem_;
    std::unique_ptr<state> gpu_;
    std::uint64_t shape_version_ = 0; // of the cluster whose nodes the GPU holds
};

} // namespace gpupack::gpu
