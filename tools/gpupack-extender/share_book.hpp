// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "share_objects.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace extender {

/// How far a pod's share has come.
enum class share_phase {
    held,    ///< Between filter and bind.
    assumed, ///< The annotations are being written, or it is not known whether the binding was made.
    bound    ///< The API server says so.
};

/// What one pod holds on one node.
struct share_holding {
    using time = std::chrono::steady_clock::time_point;

    std::string key{}; ///< "namespace/name" of the pod.
    std::string uid{};
    std::string node{};
    std::int64_t units = 0;                ///< What it asks for.
    std::map<int, std::int64_t> charges{}; ///< Units by GPU; share_claim::every_gpu: of each.
    share_phase phase = share_phase::held;
    bool busy = false; ///< A call for it is on its way to the API server.
    time expiry{};     ///< Held: it ends then. Assumed: the API server is asked then.
};

/// Who holds how much of which GPU: nodes, sick GPUs and pods. Whatever is put in, what is free is never overstated.
///
/// A bound pod is charged on every GPU that its annotations ever named, as a pod that runs does not move when somebody edits
/// them; where they name no GPU of the node, on all of its GPUs.
class share_book {
  public:
    /// Puts a node in, or replaces it; without units it is dropped.
    void put_node(const share_node& node);
    /// Drops a node. What its pods hold stays noted, in case it comes back.
    void remove_node(const std::string& name);
    /// Says which GPUs of a node are sick; they take nothing.
    void set_sick(const std::string& node, std::set<int> gpus);

    /// Notes a holding, in place of an earlier one of the same pod.
    void hold(share_holding holding);
    /// Notes what a bound pod holds by its annotations, beside what it was known to hold on that node.
    void confirm(const share_pod& pod, const share_claim& claim);
    /// Drops what a pod holds.
    void release(const std::string& uid);

    /// What a pod holds, or nullptr.
    [[nodiscard]] share_holding* find(const std::string& uid);
    /// All holdings, by uid.
    [[nodiscard]] const std::map<std::string, share_holding>& holdings() const noexcept { return holdings_; }
    /// A node, or nullptr where it is not shared.
    [[nodiscard]] const share_node* node(const std::string& name) const;
    /// All nodes that are shared, by name.
    [[nodiscard]] const std::map<std::string, share_node>& nodes() const noexcept { return nodes_; }
    /// The pods that hold something of a node, by uid.
    [[nodiscard]] std::vector<const share_holding*> holdings_on(const std::string& node) const;

    /// [GPUs of its node] what one pod may hold of each, or empty where the node is not shared.
    [[nodiscard]] std::vector<std::int64_t> charges(const share_holding& pod) const;
    /// [GPUs of the node] units that are held, which may be more than there are.
    [[nodiscard]] std::vector<std::int64_t> used(const std::string& node) const;
    /// [GPUs of the node] units that may still be given: 0 on sick and over-full GPUs. Valid until the book changes.
    [[nodiscard]] const std::vector<std::int64_t>& free(const std::string& node);

    /// The nodes that changed since the last call.
    [[nodiscard]] std::set<std::string> take_changed();

  private:
    void changed(const std::string& node);

    std::map<std::string, share_node> nodes_;
    std::unordered_map<std::string, std::set<int>> sick_;
    std::map<std::string, share_holding> holdings_;
    std::unordered_map<std::string, std::set<std::string>> pods_on_;  // uids by node
    std::unordered_map<std::string, std::vector<std::int64_t>> free_; // what free() has counted
    std::set<std::string> changed_;
};

} // namespace extender
