// SPDX-License-Identifier: Apache-2.0
#include "share_chooser.hpp"

#include "log.hpp"
#include "share_policies.hpp"

#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/state/placed_resources.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace extender {

namespace {

/// Pods after which a policy that expects tasks is made anew.
constexpr std::int64_t renewal = 64;

gpupack::node_spec spec_of(const share_node& node, std::int64_t unit_mib) {
    const std::int64_t mib = std::min<std::int64_t>(node.units_each() * unit_mib, INT32_MAX);
    const gpupack::gpu_model model{.model = gpupack::name{"gpushare-" + std::to_string(mib)},
                                   .memory = gpupack::mebibytes{mib}};
    return {.gpus = {node.gpus, model, gpupack::gpu_setup{.max_sharers = 65535}}};
}

} // namespace

share_chooser::share_chooser(std::string policy, std::int64_t unit_mib, gpupack::any_scheduler scheduler)
    : name_{std::move(policy)}, unit_mib_{unit_mib}, scheduler_{std::move(scheduler)} {}

gpupack::expected<share_chooser, gpupack::input_error> share_chooser::make(const std::string& policy,
                                                                           std::int64_t unit_mib) {
    auto made = make_share_policy(policy, {.may_be_empty = true});
    if (!made) return gpupack::unexpected<gpupack::input_error>{made.error()};
    return share_chooser{policy, unit_mib,
                         gpupack::any_scheduler{gpupack::cluster_builder{}.build().value(), std::move(*made), policy}};
}

gpupack::request share_chooser::request_of(std::int64_t units) const {
    const std::int64_t mib = std::clamp<std::int64_t>(units, 1, INT32_MAX / unit_mib_) * unit_mib_;
    return {.gpus = 1, .share = gpupack::slice{.memory = gpupack::mebibytes{mib}}};
}

void share_chooser::follow(share_book& book) {
    for (const std::string& name : book.take_changed()) follow_node(book, name);
}

/// Puts what is held on a node there anew. What is over-full or sick is filled up, so that nothing more fits.
void share_chooser::follow_node(share_book& book, const std::string& name) {
    const share_node* const node = book.node(name);
    for (const gpupack::placement& each : placed_[name]) (void)scheduler_.try_release(each);
    placed_[name].clear();
    auto id = scheduler_.cluster().find_node(name);
    if (node == nullptr) {
        if (id) (void)scheduler_.remove_node(*id);
        placed_.erase(name);
        return;
    }
    const gpupack::node_spec spec = spec_of(*node, unit_mib_);
    if (!id) {
        const auto added = scheduler_.add_node(name, spec);
        if (!added) return log_line("warning", "a node is not chosen", {{"error", added.error().message()}});
        id = *added;
    } else if (const auto wrong = scheduler_.change_node(*id, spec)) {
        return log_line("warning", "a node is not chosen", {{"error", wrong->message()}});
    }
    const std::vector<std::int64_t>& open = book.free(name);
    std::vector<std::int64_t> left(open.size(), node->units_each());
    const auto place = [&](std::size_t gpu, std::int64_t units) {
        const std::int64_t amount = std::min(units, left[gpu]);
        if (amount <= 0) return;
        left[gpu] -= amount;
        gpupack::placed_resources held;
        held.node = *id;
        held.gpus.insert(static_cast<int>(gpu));
        held.share = request_of(amount).share;
        if (const auto placed = scheduler_.restore(held, true)) placed_[name].push_back(*placed);
    };
    for (const share_holding* const pod : book.holdings_on(name)) {
        const std::vector<std::int64_t> charges = book.charges(*pod);
        for (std::size_t i = 0; i < charges.size(); ++i) place(i, charges[i]);
    }
    for (std::size_t i = 0; i < left.size(); ++i) place(i, left[i] - open[i]);
}

void share_chooser::expect(std::int64_t units) {
    if (units > 0) mix_.observe(request_of(units));
}

/// Makes the policy anew by the tasks that came.
void share_chooser::renew_policy() {
    if (learned_ >= 0 && mix_.arrivals() < learned_ + std::min(renewal, learned_ + 1)) return;
    learned_ = mix_.arrivals();
    std::int64_t largest = 0;
    const auto& nodes = scheduler_.cluster();
    std::vector<gpupack::mebibytes> memories;
    for (std::size_t i = 0; i < nodes.models().size(); ++i) {
        memories.push_back(nodes.models()[gpupack::model_id{static_cast<std::uint8_t>(i)}].memory);
        largest = std::max(largest, memories.back().count());
    }
    gpupack::dialect::preset_inputs inputs{
        .expected = mix_.mix(), .model_memory = std::move(memories), .may_be_empty = true};
    if (largest > 0) inputs.gpu_memory = gpupack::mebibytes{largest};
    auto made = make_share_policy(name_, inputs);
    if (made)
        scheduler_.set_policy(std::move(*made));
    else
        log_line("error", "the policy is not made anew", {{"error", made.error().message()}});
}

std::vector<ranked_share_node> share_chooser::rank(std::int64_t units) {
    renew_policy();
    std::vector<ranked_share_node> made;
    const auto told = scheduler_.explain(request_of(units), std::numeric_limits<std::size_t>::max());
    made.reserve(told.options.size());
    for (const auto& option : told.options) made.push_back({scheduler_.cluster().name(option.node), option.score});
    return made;
}

std::optional<int> share_chooser::gpu_on(const std::string& node, std::int64_t units) {
    renew_policy();
    const auto id = scheduler_.cluster().find_node(node);
    if (!id) return std::nullopt;
    const gpupack::request request = request_of(units);
    const gpupack::node_view view = scheduler_.cluster()[*id];
    if (!gpupack::fit::fits(view, request)) return std::nullopt;
    const gpupack::selection chosen =
        scheduler_.policy().prepare_chooser({scheduler_.cluster(), request})(view, request);
    std::optional<int> gpu;
    gpupack::for_each_gpu(chosen.gpus, [&](int i) { gpu = i; });
    return gpu;
}

} // namespace extender
