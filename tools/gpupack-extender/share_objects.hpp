// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace extender {

/// What gpushare calls its amounts and annotations (gpushare-scheduler-extender, pkg/utils/const.go).
namespace share_names {
inline constexpr const char* memory = "aliyun.com/gpu-mem";
inline constexpr const char* count = "aliyun.com/gpu-count";
inline constexpr const char* gpu = "ALIYUN_COM_GPU_MEM_IDX";
inline constexpr const char* pod = "ALIYUN_COM_GPU_MEM_POD";
inline constexpr const char* device = "ALIYUN_COM_GPU_MEM_DEV";
inline constexpr const char* assigned = "ALIYUN_COM_GPU_MEM_ASSIGNED";
inline constexpr const char* assume_time = "ALIYUN_COM_GPU_MEM_ASSUME_TIME";
/// Our own: the node for which the others were written. The pod does not say it before it is bound.
inline constexpr const char* node = "gpupack/assumed-node";
} // namespace share_names

/// A node whose GPUs are shared by memory; one without units is not.
struct share_node {
    std::string name{};
    std::int64_t units = 0; ///< Units of aliyun.com/gpu-mem of all its GPUs.
    int gpus = 0;           ///< Number of GPUs, at most 32.

    /// Units of each GPU: the original divides the same way.
    [[nodiscard]] std::int64_t units_each() const noexcept { return gpus > 0 ? units / gpus : 0; }
    friend bool operator==(const share_node&, const share_node&) = default;
};

/// A pod, as far as its share of a GPU goes.
struct share_pod {
    std::string key{}; ///< "namespace/name".
    std::string uid{};
    std::string version{};                   ///< Its resourceVersion.
    std::string node{};                      ///< Where it is bound; empty: not yet.
    bool ended = false;                      ///< Succeeded or failed.
    std::int64_t units = 0;                  ///< Units that its containers' limits add up to.
    std::optional<std::string> gpu_text{};   ///< The annotation, as it stands.
    std::optional<std::string> units_text{}; ///< The annotation, as it stands.
    std::string assumed_node{};              ///< The annotation of ours.
};

/// What a pod holds by its annotations.
struct share_claim {
    static constexpr int every_gpu = -1;                 ///< In place of a GPU: it is not known which.
    static constexpr std::int64_t whole_gpu = INT64_MAX; ///< In place of units: it is not known how many.

    int gpu = every_gpu;
    std::int64_t units = 0;
    std::string remark{}; ///< What is wrong with the annotations; empty: nothing.
};

/// Reads a node. More than 32 GPUs, or amounts that are none, are an error.
[[nodiscard]] share_node read_share_node(const nlohmann::json& object, std::string& error);
/// Reads a pod; amounts that are none count 0.
[[nodiscard]] share_pod read_share_pod(const nlohmann::json& object);
/// The sick GPUs that ConfigMap unhealthy-gpu-<node> names; numbers that are none are left out.
[[nodiscard]] std::set<int> read_sick_gpus(const nlohmann::json& object);

/// What a pod holds; nothing where no annotation names a GPU, as its device plugin then gives it none.
///
/// Annotations are anybody's input. Of the amount and the limits the greater counts; a GPU that is no number, or beyond the
/// node's, may be any of them.
[[nodiscard]] std::optional<share_claim> claim_of(const share_pod& pod);

} // namespace extender
