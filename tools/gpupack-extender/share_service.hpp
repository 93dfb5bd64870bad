// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api_client.hpp"
#include "share_view.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace extender {

/// What the drop-in for gpushare-scheduler-extender counts.
struct share_counters {
    std::atomic<std::uint64_t> filters = 0, prioritizes = 0, binds = 0; ///< Calls.
    std::atomic<std::uint64_t> bound = 0;                               ///< Bindings that the API server took.
    std::atomic<std::uint64_t> bind_errors = 0;                         ///< Bindings that were not made.
    std::atomic<std::uint64_t> unknown = 0; ///< Bindings of which it was not known whether they were made.
    std::atomic<std::uint64_t> refused = 0; ///< Bodies that could not be read.
    std::atomic<std::uint64_t> micros = 0;  ///< Time in calls.
};

/// An answer to an HTTP request.
struct share_answer {
    int status = 200;
    std::string body{};
};

/// Answers what gpushare-scheduler-extender answers, and `prioritize` beside it.
///
/// A share is held from filter or prioritize on where it is clear, or likely, which node it will be; bind makes it
/// certain in two phases: annotations that say which GPU, then the binding, which the API server refuses if the pod has
/// changed between the two.
class share_service {
  public:
    /// What the operator chose.
    struct options {
        bool scheduler_chooses = true; ///< kube-scheduler chooses the node, and the policy the GPU alone.
        bool dry_run = false;          ///< Binds nothing, filters nothing and has no wishes; logs what it would do.
    };

    /// @param view     what is where
    /// @param api      where annotations and bindings go
    /// @param chosen   what the operator chose
    share_service(share_view& view, api_client& api, options chosen) : view_{view}, api_{api}, chosen_{chosen} {}

    /// Which nodes have room on one GPU.
    [[nodiscard]] share_answer filter(const std::string& body);
    /// How good the policy finds each node, from 0 to 10; the node that it would choose alone has 10.
    [[nodiscard]] share_answer prioritize(const std::string& body);
    /// Chooses the GPU, writes the annotations and binds the pod.
    [[nodiscard]] share_answer bind(const std::string& body);
    /// Asks the API server about bindings of which nobody knows whether they were made. To be called every second or so.
    void settle();
    /// The metrics in Prometheus' text form.
    [[nodiscard]] std::string metrics() const;

  private:
    [[nodiscard]] std::string bind_pod(const std::string& key, const std::string& uid, const std::string& node);
    [[nodiscard]] std::string bind_on(const share_pod& pod, const std::string& node, int gpu);
    void settle_one(const std::string& key, const std::string& uid);

    share_view& view_;
    api_client& api_;
    options chosen_;
    mutable share_counters counters_;
};

} // namespace extender
