// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/quotas.hpp>

#include <gpupack/core/random.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/replay/run.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/workload/arrivals.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

using namespace gpupack;
using plan::quota_amounts;

namespace {

constexpr int node_gpus = 4;

/// Tenants `a`, `b`, ... who lend to each other; GPUs alone are counted.
struct party {
    std::int64_t nominal;
    std::int64_t borrowing;
    std::int64_t weight;
};

replay::quotas quotas_of(const std::vector<party>& parties, bool reclaims, bool by_share) {
    std::vector<plan::tenant_quota> tenants;
    for (const party& each : parties) {
        plan::tenant_quota& tenant = tenants.emplace_back();
        tenant.name = std::string(1, static_cast<char>('a' + tenants.size() - 1));
        tenant.cohort = "all";
        tenant.nominal = quota_amounts::none();
        tenant.nominal.gpus = milli_gpu{1000 * each.nominal};
        tenant.borrowing_limit.gpus = milli_gpu{1000 * each.borrowing};
        tenant.weight = each.weight;
    }
    return {plan::quota_book::make(std::move(tenants)).value(), reclaims, by_share};
}

std::vector<workload::task> draw_tasks(random_stream& random, std::size_t parties, int most_gpus, std::size_t most) {
    std::vector<workload::task> tasks(1 + random.below(most));
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        tasks[t].name = std::to_string(t);
        tasks[t].request = {.cpu = 1_cores, .gpus = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(most_gpus)))};
        tasks[t].arrival = static_cast<std::int64_t>(random.below(30));
        tasks[t].duration = 1 + static_cast<std::int64_t>(random.below(20));
        tasks[t].tenant = std::string(1, static_cast<char>('a' + random.below(parties)));
    }
    return tasks;
}

replay::result play(int nodes, int gpus, const std::vector<workload::task>& tasks, const replay::quotas& quotas) {
    scheduler by{cluster_builder{}.add_nodes(nodes, {999_cores, 8_GiB, {gpus, models::t4}}).build().value(), policy::first_fit{}};
    return replay::run(by, tasks, workload::recorded_arrivals(tasks).value(), {.no_fit = replay::no_fit_rule::wait, .quotas = quotas});
}

/// Quotas as they are told in a sentence, one second after the other: the first in line starts that has a place and a quota; where
/// shares decide, those first who borrow the least part, by weight. Slow, and obvious.
class plain_quotas {
  public:
    plain_quotas(int nodes, const std::vector<workload::task>& tasks, const std::vector<party>& parties, bool by_share)
        : free_(static_cast<std::size_t>(nodes), node_gpus), tasks_{tasks}, parties_{parties}, by_share_{by_share},
          arrivals_{workload::recorded_arrivals(tasks).value()} {}

    /// When each task started; -1 for one that can never start.
    std::vector<std::int64_t> run() {
        std::vector<std::int64_t> starts(tasks_.size(), -1);
        std::vector<std::size_t> line;
        std::size_t next = 0;
        for (std::int64_t now = 0; now < 2000; ++now) {
            std::erase_if(running_, [&](const piece& each) {
                if (each.end == now) free_[each.node] += tasks_[each.task].request.gpus;
                return each.end == now;
            });
            serve(line, starts, now);
            for (; next < arrivals_.size() && arrivals_[next].time == now; ++next) {
                line.push_back(arrivals_[next].task);
                serve(line, starts, now);
            }
        }
        return starts;
    }

  private:
    struct piece {
        std::size_t task;
        std::size_t node;
        std::int64_t end;
    };
    [[nodiscard]] std::size_t party_of(std::size_t task) const { return static_cast<std::size_t>(tasks_[task].tenant[0] - 'a'); }
    [[nodiscard]] std::int64_t used(std::size_t party) const {
        std::int64_t sum = 0;
        for (const piece& each : running_) sum += party_of(each.task) == party ? tasks_[each.task].request.gpus : 0;
        return sum;
    }
    [[nodiscard]] std::int64_t all_nominal() const {
        std::int64_t sum = 0;
        for (const party& each : parties_) sum += each.nominal;
        return sum;
    }
    [[nodiscard]] bool may_start(std::size_t task) const {
        const std::size_t own = party_of(task);
        std::int64_t all = tasks_[task].request.gpus;
        for (std::size_t p = 0; p < parties_.size(); ++p) all += used(p);
        return all <= all_nominal() && used(own) + tasks_[task].request.gpus <= parties_[own].nominal + parties_[own].borrowing;
    }
    [[nodiscard]] double share(std::size_t task) const {
        const std::size_t own = party_of(task);
        const std::int64_t beyond = std::max<std::int64_t>(used(own) - parties_[own].nominal, 0);
        if (!by_share_ || beyond == 0) return 0;
        return static_cast<double>(static_cast<std::int64_t>(static_cast<double>(beyond) / static_cast<double>(all_nominal()) * 1e6 /
                                                             static_cast<double>(parties_[own].weight)));
    }
    void serve(std::vector<std::size_t>& line, std::vector<std::int64_t>& starts, std::int64_t now) {
        while (true) {
            std::vector<std::size_t> order = line;
            std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return share(a) < share(b); });
            const auto first = std::find_if(order.begin(), order.end(), [&](std::size_t task) { return may_start(task) && place(task, now); });
            if (first == order.end()) return;
            starts[*first] = now;
            std::erase(line, *first);
        }
    }
    bool place(std::size_t task, std::int64_t now) {
        for (std::size_t n = 0; n < free_.size(); ++n) {
            if (free_[n] < tasks_[task].request.gpus) continue;
            free_[n] -= tasks_[task].request.gpus;
            running_.push_back({task, n, now + *tasks_[task].duration});
            return true;
        }
        return false;
    }

    std::vector<int> free_; // GPUs of each node
    const std::vector<workload::task>& tasks_;
    const std::vector<party>& parties_;
    bool by_share_;
    std::vector<workload::arrival> arrivals_;
    std::vector<piece> running_;
};

} // namespace

TEST(quotas, are_those_of_the_plain_ones) {
    int waited = 0;
    int never = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_stream random{seed};
        const int nodes = 1 + static_cast<int>(random.below(4));
        std::vector<party> parties(1 + random.below(3));
        for (party& each : parties)
            each = {static_cast<std::int64_t>(random.below(6)), static_cast<std::int64_t>(random.below(5)), 1 + static_cast<std::int64_t>(random.below(3))};
        const bool by_share = random.below(2) == 0;
        const std::vector<workload::task> tasks = draw_tasks(random, parties.size(), node_gpus, 40);
        const replay::result result = play(nodes, node_gpus, tasks, quotas_of(parties, false, by_share));
        const std::vector<std::int64_t> starts = plain_quotas{nodes, tasks, parties, by_share}.run();
        for (const replay::outcome& each : result.outcomes) {
            ASSERT_EQ(each.placed ? each.decided : -1, starts[each.task]) << seed << " task " << each.task;
            waited += each.placed && each.decided > each.arrived ? 1 : 0;
            never += each.placed ? 0 : 1;
        }
    }
    EXPECT_GT(waited, 1000);
    EXPECT_GT(never, 100);
}

// Where there is a GPU for each that anybody has a right to, who never wants more than its own never waits and is never ended.
TEST(quotas, give_back_at_once_what_a_tenant_is_entitled_to) {
    std::size_t reclaims = 0;
    int checked = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        random_stream random{seed};
        std::vector<party> parties(2 + random.below(2));
        int gpus = 0;
        for (party& each : parties) {
            each = {1 + static_cast<std::int64_t>(random.below(8)), 100, 1};
            gpus += static_cast<int>(each.nominal);
        }
        const std::vector<workload::task> tasks = draw_tasks(random, parties.size(), 3, 50);
        const replay::result result = play(1, gpus, tasks, quotas_of(parties, true, random.below(2) == 0));
        reclaims += result.reclaims;
        EXPECT_EQ(result.evictions, result.reclaims);
        for (std::size_t p = 0; p < parties.size(); ++p) {
            const auto is_own = [&](std::size_t task) { return tasks[task].tenant[0] == static_cast<char>('a' + p); };
            bool modest = true; // even if all its tasks start when they come
            for (std::int64_t now = 0; now < 60; ++now) {
                std::int64_t wanted = 0;
                for (std::size_t t = 0; t < tasks.size(); ++t)
                    if (is_own(t) && *tasks[t].arrival <= now && now < *tasks[t].arrival + *tasks[t].duration) wanted += tasks[t].request.gpus;
                modest = modest && wanted <= parties[p].nominal;
            }
            if (!modest) continue;
            for (const replay::outcome& each : result.outcomes) {
                if (!is_own(each.task)) continue;
                ASSERT_TRUE(each.placed) << seed;
                ASSERT_EQ(each.decided, each.arrived) << seed;
                ASSERT_EQ(each.evictions, 0) << seed;
                ++checked;
            }
        }
    }
    EXPECT_GT(reclaims, 300U);
    EXPECT_GT(checked, 300);
}

TEST(quotas, hold_for_those_who_have_none_of_their_own) {
    random_stream random{7};
    std::vector<workload::task> tasks = draw_tasks(random, 3, 1, 30);
    replay::quotas quotas = quotas_of({{2, 0, 1}}, false, false); // of a
    EXPECT_EQ(play(1, 32, tasks, quotas).unplaced, 0U);
    for (const replay::outcome& each : play(1, 32, tasks, quotas).outcomes)
        EXPECT_TRUE(tasks[each.task].tenant == "a" || each.decided == each.arrived);
    plan::tenant_quota rest{.name = "*", .nominal = quota_amounts::none()};
    rest.nominal.gpus = milli_gpu{0};
    quotas.book = plan::quota_book::make({quotas.book.tenants()[0], rest}).value();
    const replay::result none = play(1, 32, tasks, quotas);
    for (const replay::outcome& each : none.outcomes) EXPECT_EQ(each.placed, tasks[each.task].tenant == "a");
    EXPECT_GT(none.rejected, 0U);
}
