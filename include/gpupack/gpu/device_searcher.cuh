// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/detail/decide_kernel.cuh>
#include <gpupack/gpu/device_space.cuh>
#include <gpupack/gpu/resident_cluster.hpp>
#include <gpupack/gpu/prepared_request.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/state/cluster.hpp>

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// The searcher of the CUDA engine: the cluster's state on the GPU, and one captured graph a decision: a copy of what is
/// asked and of what changed, and two kernels, the last block of which writes the answer into host memory.
///
/// Where the GPU fails it, the scan answers from then on, and problem() says why: no decision is lost.
///
/// Memory: see resident_cluster.
/// Cost: a launch and a rank a node, spread over the card; changed nodes beyond 16 are sent before.
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
            const std::optional<answer_type> answer = ask(policy, question);
            if (answer && !answer->found()) return std::nullopt;
            if (answer) return selection{*answer};
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
    using message_type = detail::decision_message<scorer_type>;

    struct graph_end {
        void operator()(cudaGraphExec_t graph) const noexcept { (void)cudaGraphExecDestroy(graph); }
    };

    /// What lives with the GPU; its space must be destroyed last.
    struct state {
        state(std::unique_ptr<device_space> opened_space, const gpupack::cluster& cluster)
            : space{std::move(opened_space)}, nodes{*space, cluster}, posted{space->template pinned<message_type>(1)},
              answer{space->template pinned<answer_type>(1)}, arrived{space->template allocate<message_type>(1)},
              blocks{
                  detail::rank_blocks(static_cast<std::uint32_t>(cluster.size()), 1, space->device().multiprocessors)},
              partial{space->template allocate<ranked_node<key_type>>(blocks)},
              done{space->template allocate<std::uint32_t>(1)} {
            const std::uint32_t zero = 0;
            space->write(done, &zero, 1);
        }

        std::unique_ptr<device_space> space;
        resident_cluster<device_space> nodes;
        device_space::pinned_array<message_type> posted;
        device_space::pinned_array<answer_type> answer;
        device_space::array<message_type> arrived;
        std::uint32_t blocks;
        device_space::array<ranked_node<key_type>> partial;
        device_space::array<std::uint32_t> done;
        std::size_t shared = 0; // bytes of tables that the graph has room for
        std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, graph_end> graph;
    };

    void fail(gpu_error problem) {
        if (!*problem_) *problem_ = std::move(problem);
        gpu_.reset();
    }

    /// The GPU's answer; nothing where it fails, which is then the end of it.
    [[nodiscard]] std::optional<answer_type> ask(const Policy& policy, const policy::decision& question) {
        device_space& space = *gpu_->space;
        const auto scorer = gpu_->nodes.tables().moved(policy::prepare(policy, question));
        if (scorer) {
            if constexpr (policy::policy_traits<scorer_type>::properties.topology_sensitive) gpu_->nodes.move_kinds(question.cluster);
            write_message(*scorer, question);
            if (gpu_->graph == nullptr) capture();
            if (gpu_->graph != nullptr)
                space.check(cudaGraphLaunch(gpu_->graph.get(), space.stream()), "cudaGraphLaunch");
            space.finish();
        }
        if (auto problem = space.take_problem()) {
            fail(std::move(*problem));
            return std::nullopt;
        }
        if (!scorer) {
            fail(scorer.error());
            return std::nullopt;
        }
        return *gpu_->answer.data();
    }

    void write_message(const scorer_type& scorer, const policy::decision& question) {
        message_type& message = *gpu_->posted.data();
        message.of = {question.request, scorer};
        const std::size_t bytes = detail::table_bytes(scorer);
        if (gpu_->graph == nullptr) gpu_->shared = bytes <= detail::most_shared_tables ? bytes : 0;
        message.table_bytes = bytes <= gpu_->shared ? static_cast<std::uint32_t>(bytes) : 0;
        message.update_count = gpu_->nodes.write_updates(question.cluster, message.updates, message_type::most_updates, message.gpus,
                                                    message_type::most_gpus);
    }

    /// Has the driver load the code of both kernels, which it would else do at their first launch, inside the capture.
    void load_kernels() {
        cudaFuncAttributes attributes{};
        gpu_->space->check(cudaFuncGetAttributes(&attributes, detail::apply_message<scorer_type>),
                           "cudaFuncGetAttributes");
        gpu_->space->check(cudaFuncGetAttributes(&attributes, detail::decide_kernel<scorer_type>),
                           "cudaFuncGetAttributes");
    }

    void capture() {
        state& gpu = *gpu_;
        device_space& space = *gpu.space;
        const detail::device_scope scope{space.device().number};
        load_kernels();
        cudaGraph_t graph = nullptr;
        space.check(cudaStreamBeginCapture(space.stream(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
        space.write_soon(gpu.arrived, gpu.posted, 1);
        detail::apply_message<<<1, message_type::most_updates, 0, space.stream()>>>(gpu.nodes.writable(),
                                                                              gpu.arrived.data());
        space.check(cudaGetLastError(), "a kernel launch");
        detail::decide_kernel<<<gpu.blocks, detail::rank_threads, gpu.shared, space.stream()>>>(
            gpu.nodes.view(), gpu.arrived.data(), gpu.partial.data(), gpu.done.data(), gpu.answer.data());
        space.check(cudaGetLastError(), "a kernel launch");
        space.check(cudaStreamEndCapture(space.stream(), &graph), "cudaStreamEndCapture");
        cudaGraphExec_t executable = nullptr;
        if (graph != nullptr) {
            space.check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
            (void)cudaGraphDestroy(graph);
        }
        gpu.graph.reset(executable);
    }

    std::shared_ptr<std::optional<gpu_error>> problem_;
    std::unique_ptr<state> gpu_;
    std::uint64_t shape_version_ = 0; // of the cluster whose nodes the GPU holds
};

} // namespace gpupack::gpu
