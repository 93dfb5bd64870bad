// SPDX-License-Identifier: Apache-2.0
#include "capacity_growth.hpp"

#include "runs.hpp"
#include "seed_draw.hpp"

#include <gpupack/replay/fewest.hpp>
#include <gpupack/workload/arrivals.hpp>
#include <gpupack/workload/smaller_cluster.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace replay_program {
namespace {

using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;
namespace workload = gpupack::workload;

/// What a replay came to, as far as it is compared.
struct outcome {
    std::int64_t p95 = 0;
    std::size_t placed = 0;
    std::int64_t allocated = 0; // milli-GPUs
};

/// One replay of one policy and seed. The first error is kept; what comes after it does not matter.
class replayer {
  public:
    replayer(const capacity_options& chosen, std::string policy, std::uint64_t seed) : chosen_{chosen.replay} {
        chosen_.policies = {std::move(policy)};
        chosen_.first_seed = seed;
        chosen_.last_seed = seed;
        chosen_.cluster_size = 0; // input has the nodes that are left
    }

    [[nodiscard]] outcome run(const inputs& input) {
        if (error_) return {};
        const auto runs = run_all(
            chosen_, input, [](const run_record&, double) {}, [] { return false; });
        if (!runs) {
            error_ = runs.error();
            return {};
        }
        const run_record& run = runs->front();
        const double milli = run.result.allocated_percent / 100.0 * static_cast<double>(run.compute);
        return {run.measured_waits.all.p95, run.placed, std::llround(milli)};
    }
    [[nodiscard]] const std::optional<input_error>& error() const noexcept { return error_; }

  private:
    options chosen_;
    std::optional<input_error> error_;
};

/// The nodes that are added: of each model, the first of the list that has no other.
std::vector<workload::node> sorts_of(const workload::workload& source) {
    std::vector<workload::node> sorts;
    for (const workload::node& node : source.nodes) {
        const auto& groups = node.spec.gpus.groups();
        if (groups.size() != 1 || groups.front().count == 0) continue;
        const bool is_known = std::any_of(sorts.begin(), sorts.end(), [&](const workload::node& other) {
            return other.spec.gpus.groups().front().model.model.view() == groups.front().model.model.view();
        });
        if (!is_known) sorts.push_back(node);
    }
    return sorts;
}

/// The input with so many more nodes, numbered behind the others.
inputs grown(const inputs& input, const std::vector<std::size_t>& order, const workload::node& sort,
             std::int64_t count) {
    inputs more = input;
    more.node_order = order;
    for (std::int64_t n = 0; n < count; ++n) {
        more.node_order->push_back(more.workload.nodes.size());
        more.workload.nodes.push_back(sort);
        more.workload.nodes.back().name = "added node " + std::to_string(n);
    }
    return more;
}

/// The input with so many nodes.
inputs shrunk(const inputs& input, std::int64_t nodes) {
    inputs less = input;
    less.node_order.reset();
    (void)workload::keep_nodes(less.workload, static_cast<std::size_t>(nodes)); // from 1 to all of them
    return less;
}

/// The savings of one seed.
expected<void, input_error> add_savings(std::vector<policy_saving>& savings, const capacity_options& chosen,
                                        const inputs& input, std::uint64_t seed) {
    const auto drawn = draw(chosen.replay, input, seed);
    if (!drawn) return unexpected<input_error>{drawn.error()};
    inputs fixed = input; // fewer nodes do not make fewer tasks
    fixed.arrivals = drawn->arrivals;
    const bool timed = chosen.replay.timeline;
    const auto all = static_cast<std::int64_t>(input.workload.nodes.size());
    replayer first{chosen, chosen.replay.policies.front(), seed};
    const outcome aim = first.run(fixed);
    if (first.error()) return unexpected<input_error>{*first.error()};
    for (std::size_t p = 1; p < chosen.replay.policies.size(); ++p) {
        replayer other{chosen, chosen.replay.policies[p], seed};
        const auto fewest = gpupack::replay::find_fewest(1, all, [&](std::int64_t nodes) {
            const outcome reached = other.run(nodes == all ? fixed : shrunk(fixed, nodes));
            return timed ? reached.p95 <= aim.p95 && reached.placed >= aim.placed : reached.allocated >= aim.allocated;
        });
        if (other.error()) return unexpected<input_error>{*other.error()};
        policy_saving& saving = savings.emplace_back();
        saving.policy = chosen.replay.policies[p];
        saving.seed = seed;
        saving.reached = timed ? static_cast<double>(aim.p95) : static_cast<double>(aim.allocated) / 1000.0;
        saving.does_as_well = fewest.has_value();
        saving.nodes = fewest.value_or(all);
        saving.all_gpus = workload::count_gpus(input.workload.nodes);
        saving.gpus = workload::count_gpus(shrunk(fixed, saving.nodes).workload.nodes);
    }
    return {};
}

} // namespace

expected<wait_answer, input_error> find_growth(const capacity_options& chosen, const inputs& input) {
    const std::uint64_t seed = chosen.replay.first_seed;
    const auto order =
        input.node_order ? *input.node_order : workload::draw_node_order(input.workload.nodes.size(), seed);
    replayer replays{chosen, chosen.replay.policies.front(), seed};
    const outcome now = replays.run(input);
    wait_answer answer{.p95 = now.p95, .placed = now.placed};
    const std::int64_t most =
        chosen.most_nodes > 0 ? chosen.most_nodes : static_cast<std::int64_t>(input.workload.nodes.size());
    for (const workload::node& sort : sorts_of(input.workload)) {
        node_growth& growth = answer.growth.emplace_back();
        growth.model = sort.spec.gpus.groups().front().model.model.view();
        growth.gpus_per_node = sort.spec.gpus.groups().front().count;
        growth.tried = most;
        std::vector<std::pair<std::int64_t, std::int64_t>> waits; // by nodes
        growth.nodes = gpupack::replay::find_fewest(0, most, [&](std::int64_t nodes) {
            const outcome reached = replays.run(grown(input, order, sort, nodes));
            waits.emplace_back(nodes, reached.p95);
            return reached.p95 <= *chosen.wait_under && reached.placed >= now.placed;
        });
        for (const auto& [nodes, p95] : waits)
            if (nodes == growth.nodes.value_or(most)) growth.p95 = p95;
    }
    if (replays.error()) return unexpected<input_error>{*replays.error()};
    return answer;
}

expected<std::vector<policy_saving>, input_error> find_savings(const capacity_options& chosen, const inputs& input) {
    std::vector<policy_saving> savings;
    for (std::uint64_t seed = chosen.replay.first_seed; seed <= chosen.replay.last_seed; ++seed)
        if (auto done = add_savings(savings, chosen, input, seed); !done) return unexpected<input_error>{done.error()};
    std::stable_sort(savings.begin(), savings.end(), [&](const policy_saving& a, const policy_saving& b) {
        const auto nth = [&](const std::string& name) {
            return std::find(chosen.replay.policies.begin(), chosen.replay.policies.end(), name);
        };
        return nth(a.policy) < nth(b.policy);
    });
    return savings;
}

} // namespace replay_program
