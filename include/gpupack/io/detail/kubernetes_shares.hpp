// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/dialect/gpushare/request.hpp>
#include <gpupack/dialect/hami/request.hpp>
#include <gpupack/dialect/kai/request.hpp>
#include <gpupack/dialect/koordinator/request.hpp>
#include <gpupack/dialect/volcano/request.hpp>
#include <gpupack/io/detail/kubernetes_quantity.hpp>
#include <gpupack/io/detail/philly_jobs.hpp>
#include <gpupack/request/request.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// Parts of GPUs that a pod asks for.
struct pod_share {
    const char* system = "";                         ///< Whose resources or annotations say so.
    expected<gpupack::request, input_error> request; ///< As that system reads them, or why it would refuse the pod.
    bool several = false; ///< Whether more containers than the one that is read ask for a share.
};

/// Reads the shares of GPUs that pods ask for by the resources and annotations of gpushare, HAMi, Volcano, KAI and Koordinator.
class pod_share_reader {
  public:
    /// @param pod  an object of Kubernetes; it must outlive the reader
    explicit pod_share_reader(const nlohmann::json& pod)
        : containers_{member(member(pod, "spec"), "containers")}, annotations_{
                                                                      member(member(pod, "metadata"), "annotations")} {}

    /// The share of the first system of which the pod asks for one; nothing where it asks none.
    [[nodiscard]] std::optional<pod_share> read() const {
        for (const auto reads : {&pod_share_reader::gpushare, &pod_share_reader::hami, &pod_share_reader::volcano,
                                 &pod_share_reader::koordinator, &pod_share_reader::kai})
            if (auto share = (this->*reads)()) return share;
        return std::nullopt;
    }

  private:
    /// What a container is limited to, or else requests; nothing where it is not written or no amount.
    [[nodiscard]] static std::optional<std::int64_t> amount(const nlohmann::json& container, const char* resource,
                                                            std::int64_t unit = 1) {
        const nlohmann::json& resources = member(container, "resources");
        for (const char* map : {"limits", "requests"})
            if (const nlohmann::json& value = member(member(resources, map), resource); !value.is_null()) {
                const auto read = parse_quantity(scalar_text(value), 1);
                return read ? std::optional{(*read + unit - 1) / unit} : std::nullopt;
            }
        return std::nullopt;
    }

    /// The amounts of all containers together.
    [[nodiscard]] std::optional<std::int64_t> sum(const char* resource, std::int64_t unit = 1) const {
        std::optional<std::int64_t> total;
        for (const nlohmann::json& container : containers_)
            if (const auto read = amount(container, resource, unit))
                total = std::min(total.value_or(0) + *read, max_amount * 1024);
        return total;
    }

    [[nodiscard]] std::optional<pod_share> gpushare() const {
        std::vector<std::int64_t> units;
        for (const nlohmann::json& container : containers_)
            if (const auto read = amount(container, "aliyun.com/gpu-mem")) units.push_back(*read);
        if (units.empty()) return std::nullopt;
        return pod_share{"gpushare", dialect::gpushare_request(units)};
    }

    /// Reads each container that shares; the first counts.
    template <class Read> [[nodiscard]] std::optional<pod_share> first(const Read& read) const {
        std::optional<pod_share> found;
        for (const nlohmann::json& container : containers_) {
            auto share = read(container);
            if (share && found) found->several = true;
            if (share && !found) found = std::move(share);
        }
        return found;
    }

    [[nodiscard]] std::optional<pod_share> hami() const {
        return first([](const nlohmann::json& container) -> std::optional<pod_share> {
            const dialect::hami_limits limits{
                amount(container, "nvidia.com/gpu"), amount(container, "nvidia.com/gpumem"),
                amount(container, "nvidia.com/gpumem-percentage"), amount(container, "nvidia.com/gpucores")};
            if (!limits.memory && !limits.percent && !limits.cores) return std::nullopt;
            return pod_share{"HAMi", dialect::hami_request(limits)};
        });
    }

    [[nodiscard]] std::optional<pod_share> volcano() const {
        return first([](const nlohmann::json& container) -> std::optional<pod_share> {
            const dialect::volcano_limits limits{
                amount(container, "volcano.sh/vgpu-number"), amount(container, "volcano.sh/vgpu-memory"),
                amount(container, "volcano.sh/vgpu-memory-percentage"), amount(container, "volcano.sh/vgpu-cores")};
            if (!limits.count && !limits.memory) return std::nullopt;
            return pod_share{"Volcano", dialect::volcano_request(limits)};
        });
    }

    [[nodiscard]] std::optional<pod_share> koordinator() const {
        constexpr std::int64_t mebi = 1024 * 1024;
        const dialect::koordinator_resources resources{
            sum("koordinator.sh/gpu-core"),   sum("koordinator.sh/gpu-memory-ratio"),
            sum("koordinator.sh/gpu.shared"), sum("koordinator.sh/gpu-memory", mebi),
            sum("koordinator.sh/gpu"),        std::nullopt};
        if (!resources.core && !resources.memory_ratio && !resources.memory && !resources.gpu) return std::nullopt;
        return pod_share{"Koordinator", dialect::koordinator_request(resources)};
    }

    [[nodiscard]] std::optional<pod_share> kai() const {
        const auto note = [&](const char* key) -> std::optional<std::string_view> {
            const nlohmann::json& value = member(annotations_, key);
            if (!value.is_string()) return std::nullopt;
            return std::string_view{value.get_ref<const std::string&>()};
        };
        const dialect::kai_annotations asks{sum("nvidia.com/gpu"), note("gpu-fraction"), note("gpu-memory"),
                                            note("gpu-fraction-num-devices")};
        if (!asks.fraction && !asks.memory) return std::nullopt;
        return pod_share{"KAI", dialect::kai_request(asks)};
    }

    const nlohmann::json& containers_;
    const nlohmann::json& annotations_;
};

} // namespace gpupack::inline GPUPACK_ABI::io::detail
