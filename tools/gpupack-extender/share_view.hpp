// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "share_book.hpp"
#include "share_chooser.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace extender {

/// Whether a pod's share fits a node.
enum class share_fit { yes, not_shared, too_little };

/// The extender's own view of a cluster whose GPUs are shared by memory. All calls may come from any thread.
class share_view {
  public:
    /// @param chooser    which node and GPU a pod gets
    /// @param hold_time  how long a share is held between filter and bind
    share_view(share_chooser chooser, std::chrono::milliseconds hold_time)
        : chooser_{std::move(chooser)}, hold_time_{hold_time} {}

    /// What watches call; nodes, pods and ConfigMaps.
    [[nodiscard]] object_sink sink();

    /// Whether a pod fits each of some nodes, in order. What the pod itself holds there does not count against it.
    [[nodiscard]] std::vector<share_fit> fits(const share_pod& pod, const std::vector<std::string>& nodes);
    /// How the policy ranks the nodes that a pod fits, best first.
    [[nodiscard]] std::vector<ranked_share_node> rank(const share_pod& pod);
    /// Holds a share for a while; a pod whose binding is under way keeps what it has.
    void hold(const share_pod& pod, const std::string& node);
    /// Takes a share for a binding that begins now. Returns the GPU, or nothing where the pod fits none.
    [[nodiscard]] std::optional<int> begin(const share_pod& pod, const std::string& node);
    /// Ends a binding: it was made, it was not, or nobody knows; then the API server is asked later.
    void end(const std::string& uid, std::optional<bool> made);
    /// Puts off the question whether a binding was made.
    void ask_later(const std::string& uid);
    /// Drops holds whose time has come. Returns the pods of which the API server must be asked,
    /// key and uid; each counts as busy until end() or ask_later().
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> expire();

    /// Units of each GPU of a node; 0 where it is not shared.
    [[nodiscard]] std::int64_t units_each(const std::string& node) const;
    /// What gpushare's inspect page shows of a node, or of all nodes where no name is given.
    [[nodiscard]] nlohmann::json inspect(const std::string& name) const;

    /// What the view counts.
    struct counts {
        std::size_t nodes = 0, pods = 0, held = 0, assumed = 0; ///< Now.
        std::size_t over_full = 0;        ///< GPUs of which more is held than there is, by annotations of others.
        std::uint64_t malformed = 0;      ///< Pods whose annotations could not be read, as often as these changed.
        std::int64_t units = 0, used = 0; ///< Of all GPUs.
    };
    /// Counts.
    [[nodiscard]] counts count() const;

  private:
    [[nodiscard]] std::optional<std::string> put(object_kind kind, const nlohmann::json& object);
    void remove(object_kind kind, const nlohmann::json& object);
    void keep_only(object_kind kind, const std::vector<std::string>& keys);
    void put_pod(const share_pod& pod);
    [[nodiscard]] share_fit fit(const share_pod& pod, const std::string& node);
    [[nodiscard]] std::optional<int> choose(const share_pod& pod, const std::string& node);

    mutable std::mutex mutex_;
    share_book book_;
    share_chooser chooser_;
    std::chrono::milliseconds hold_time_;
    std::map<std::string, std::string> uid_of_;  ///< Of pods that share, by key.
    std::map<std::string, std::string> remarks_; ///< What was logged of a pod's annotations, by uid.
    std::uint64_t malformed_ = 0;
};

} // namespace extender
