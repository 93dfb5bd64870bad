// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"

#include <gpupack/dialect/kubernetes/dra/device_allocator.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace extender {

namespace dra = gpupack::dialect::dra;

/// What a node is worth to a pod: nothing where kube-scheduler would not find devices there.
struct node_forecast {
    bool possible = false;
    std::int64_t lost = 0; ///< Placements that the pod's devices would block.
    std::int64_t left = 0; ///< Placements that can be taken before.
    std::string devices{}; ///< The devices that kube-scheduler will choose, separated by spaces.
};

/// A forecast that does not change.
using forecast_pointer = std::shared_ptr<const node_forecast>;

/// The extender's own view of a cluster's devices, kept fresh by watches. All calls may come from any thread.
class cluster_view {
  public:
    /// What watches call; nodes and the three kinds of DRA.
    [[nodiscard]] object_sink sink();
    /// Puts an object in, or replaces it. Returns what is wrong with it; then an earlier state of it is dropped.
    [[nodiscard]] std::optional<std::string> put(object_kind kind, const nlohmann::json& object);
    /// Drops an object.
    void remove(object_kind kind, const nlohmann::json& object);
    /// Drops all objects of a kind that a fresh list does not name.
    void keep_only(object_kind kind, const std::vector<std::string>& keys);

    /// What each of some nodes is worth to a pod, in order; all not possible where the pod has no claims to allocate. Never null.
    [[nodiscard]] std::vector<forecast_pointer> forecast(const nlohmann::json& pod,
                                                         const std::vector<std::string>& nodes);

    /// Gathers the devices of one node that has changed, so that the next call need not. Returns whether there was one.
    bool prepare_next();

    /// Objects of a kind.
    [[nodiscard]] std::size_t size(object_kind kind) const;

  private:
    using slice_pointer = std::shared_ptr<const dra::resource_slice>;
    struct node_entry {
        dra::kubernetes_node node;
        std::vector<slice_pointer> slices{}; ///< What `devices` points into.
        std::optional<dra::node_devices> devices{};
        std::optional<dra::node_use> use{};
        std::unordered_map<std::uint32_t, forecast_pointer> known{}; ///< By the number of the claims' text.
    };

    struct claim_entry {
        dra::resource_claim claim;
        std::string text; ///< Its specification, by which equal claims are known.
    };

    [[nodiscard]] std::set<std::string> owners_of(const std::string& pool) const;
    void forget_devices(const std::string& pool);
    void forget_use(const dra::resource_claim& claim);
    void drop_slice(const std::string& key);
    void drop_claim(const std::string& key);
    void prepare(node_entry& entry);
    [[nodiscard]] std::vector<dra::resource_claim> open_claims(const nlohmann::json& pod, std::string& signature) const;
    void add_extended(const nlohmann::json& pod, std::vector<dra::resource_claim>& claims,
                      std::string& signature) const;
    [[nodiscard]] std::uint32_t number_of(const std::string& text);
    [[nodiscard]] node_forecast forecast_on(node_entry& entry, const std::vector<const dra::resource_claim*>& claims);

    mutable std::mutex mutex_;
    std::unordered_map<std::string, node_entry> nodes_;
    std::set<std::string> stale_;                          ///< Nodes whose devices are not gathered.
    std::unordered_map<std::string, std::uint32_t> texts_; ///< Numbers of the texts of claims.
    std::map<std::string, dra::device_class> classes_;
    std::vector<dra::device_class> class_list_; ///< What allocators point into.
    std::optional<dra::device_allocator> allocator_;
    std::map<std::string, slice_pointer> slices_;
    std::map<std::string, std::map<std::string, slice_pointer>> slices_of_pool_; ///< By driver and pool, then by name.
    std::map<std::string, std::map<std::string, slice_pointer>>
        slices_of_node_; ///< By node name; empty: of several nodes.
    std::map<std::string, claim_entry> claims_;
    dra::allocated_devices in_use_;
};

} // namespace extender
