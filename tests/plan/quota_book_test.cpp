// SPDX-License-Identifier: Apache-2.0
#include <gpupack/plan/quota_book.hpp>

#include <gpupack/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace gpupack;
using plan::quota_amounts;
using plan::tenant_quota;

namespace {

constexpr std::int64_t unlimited = quota_amounts::unlimited;

quota_amounts amounts(std::int64_t gpus, std::int64_t cpu, std::int64_t memory) {
    return {milli_gpu{gpus}, milli_cpu{cpu}, mebibytes{memory}};
}

/// Draws tenants and amounts: small, so that bounds are met often; some without a bound.
class drawer {
  public:
    explicit drawer(std::uint64_t seed) : random_{seed} {}

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_.below(bound)); }
    quota_amounts any_bounds() {
        std::int64_t each[plan::quota_resources];
        for (std::int64_t& bound : each) bound = below(4) == 0 ? unlimited : static_cast<std::int64_t>(below(12));
        return amounts(each[0], each[1], each[2]);
    }
    quota_amounts any_amounts() {
        std::int64_t each[plan::quota_resources];
        for (std::int64_t& amount : each) amount = static_cast<std::int64_t>(below(4));
        return amounts(each[0], each[1], each[2]);
    }
    std::vector<tenant_quota> any_tenants() {
        std::vector<tenant_quota> tenants(1 + below(5));
        for (std::size_t t = 0; t < tenants.size(); ++t) {
            tenant_quota& each = tenants[t];
            each.name = std::to_string(t);
            const std::size_t cohort = below(5);
            each.cohort = cohort == 0 ? "" : cohort == 1 ? "b" : "a";
            each.nominal = any_bounds();
            if (below(3) == 0) each.borrowing_limit = any_bounds();
            if (below(3) == 0) each.lending_limit = any_bounds();
            if (below(3) == 0) each.limit = any_bounds();
        }
        return tenants;
    }

  private:
    random_stream random_;
};

struct task {
    std::size_t tenant;
    quota_amounts held;
};

/// What a tenant uses: added up from all tasks.
std::int64_t used(const std::vector<task>& tasks, std::size_t tenant, std::size_t r) {
    std::int64_t sum = 0;
    for (const task& each : tasks) sum += each.tenant == tenant ? each.held[r] : 0;
    return sum;
}

/// The rules as they are told in a sentence, asked of all tasks together with one more.
bool is_allowed(const std::vector<tenant_quota>& tenants, std::vector<task> tasks, const task& more) {
    tasks.push_back(more);
    const tenant_quota& own = tenants[more.tenant];
    for (std::size_t r = 0; r < plan::quota_resources; ++r) {
        if (more.held[r] == 0) continue;
        const std::int64_t then = used(tasks, more.tenant, r);
        if (own.limit[r] != unlimited && then > own.limit[r]) return false;
        if (own.cohort.empty()) {
            if (own.nominal[r] != unlimited && then > own.nominal[r]) return false;
            continue;
        }
        if (own.nominal[r] != unlimited && own.borrowing_limit[r] != unlimited &&
            then > own.nominal[r] + own.borrowing_limit[r])
            return false;
        bool endless = false;
        std::int64_t lent = 0;
        std::int64_t taken = 0;
        for (std::size_t t = 0; t < tenants.size(); ++t) {
            if (tenants[t].cohort != own.cohort) continue;
            endless = endless || (tenants[t].nominal[r] == unlimited && tenants[t].lending_limit[r] == unlimited);
            const std::int64_t lends = std::min(tenants[t].nominal[r], tenants[t].lending_limit[r]);
            lent += lends;
            taken += std::max<std::int64_t>(used(tasks, t, r) - (tenants[t].nominal[r] - lends), 0);
        }
        if (!endless && taken > lent) return false;
    }
    return true;
}

} // namespace

// The book allows what the rules allow. So nobody is ever beyond its limits, and a cohort together never beyond its quotas.
TEST(quota_book, allows_what_the_rules_allow) {
    int refused = 0;
    int borrowed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        drawer draw{seed};
        const std::vector<tenant_quota> tenants = draw.any_tenants();
        plan::quota_book book = plan::quota_book::make(tenants).value();
        std::vector<task> tasks;
        for (int i = 0; i < 60; ++i) {
            if (!tasks.empty() && draw.below(3) == 0) {
                const auto nth = draw.below(tasks.size());
                book.give_back(tasks[nth].tenant, tasks[nth].held);
                tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(nth));
            } else {
                const task next{draw.below(tenants.size()), draw.any_amounts()};
                const bool allowed = is_allowed(tenants, tasks, next);
                ASSERT_EQ(book.admits(next.tenant, next.held), allowed) << seed;
                ASSERT_EQ(book.could_admit(next.tenant, next.held), is_allowed(tenants, {}, next)) << seed;
                refused += allowed ? 0 : 1;
                if (!allowed) continue;
                book.take(next.tenant, next.held);
                tasks.push_back(next);
            }
            for (std::size_t t = 0; t < tenants.size(); ++t)
                for (std::size_t r = 0; r < plan::quota_resources; ++r) {
                    const std::int64_t use = used(tasks, t, r);
                    ASSERT_EQ(book.usage(t)[r], use) << seed;
                    ASSERT_TRUE(use <= tenants[t].limit[r]) << seed;
                    ASSERT_TRUE(!tenants[t].cohort.empty() || use <= tenants[t].nominal[r]) << seed;
                    borrowed += book.borrowed(t)[r] > 0 ? 1 : 0;
                    std::int64_t together = 0;
                    std::int64_t quotas = 0;
                    for (std::size_t other = 0; other < tenants.size(); ++other) {
                        if (tenants[other].cohort != tenants[t].cohort) continue;
                        together += used(tasks, other, r);
                        quotas = std::min(unlimited, quotas + tenants[other].nominal[r]);
                    }
                    ASSERT_TRUE(together <= quotas) << seed;
                }
        }
    }
    EXPECT_GT(refused, 300);
    EXPECT_GT(borrowed, 300);
}

// Who is entitled to more gets it by ending tasks of borrowers, one by one, in whatever order; and nobody loses what is its own.
TEST(quota_book, reclaims_what_a_tenant_is_entitled_to) {
    int reclaimed = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        drawer draw{seed};
        const std::vector<tenant_quota> tenants = draw.any_tenants();
        plan::quota_book book = plan::quota_book::make(tenants).value();
        std::vector<task> tasks;
        for (int i = 0; i < 60; ++i) {
            const task next{draw.below(tenants.size()), draw.any_amounts()};
            if (book.admits(next.tenant, next.held)) {
                book.take(next.tenant, next.held);
                tasks.push_back(next);
                continue;
            }
            if (!book.is_entitled(next.tenant, next.held)) continue;
            while (!book.admits(next.tenant, next.held)) {
                std::vector<std::size_t> victims;
                for (std::size_t v = 0; v < tasks.size(); ++v)
                    if (book.reclaims(next.tenant, next.held, tasks[v].tenant, tasks[v].held)) victims.push_back(v);
                ASSERT_TRUE(!victims.empty()) << seed;
                const std::size_t victim = victims[draw.below(victims.size())];
                const quota_amounts beyond = book.borrowed(tasks[victim].tenant);
                ASSERT_TRUE(tasks[victim].tenant != next.tenant) << seed;
                ASSERT_TRUE(beyond[0] + beyond[1] + beyond[2] > 0) << seed;
                book.give_back(tasks[victim].tenant, tasks[victim].held);
                tasks.erase(tasks.begin() + static_cast<std::ptrdiff_t>(victim));
                ++reclaimed;
            }
            book.take(next.tenant, next.held);
            tasks.push_back(next);
        }
    }
    EXPECT_GT(reclaimed, 50);
}

TEST(quota_book, says_which_rule_is_in_the_way) {
    using rule = plan::quota_refusal::rule;
    const auto gpus = [](std::int64_t count) { return amounts(1000 * count, 0, 0); };
    std::vector<tenant_quota> tenants(3);
    for (std::size_t t = 0; t < 3; ++t) {
        tenants[t].name = std::string(1, static_cast<char>('a' + t));
        tenants[t].cohort = t < 2 ? "both" : "";
        tenants[t].nominal = {milli_gpu{4000}, milli_cpu{unlimited}, mebibytes{unlimited}};
    }
    tenants[0].borrowing_limit.gpus = milli_gpu{2000};
    tenants[1].limit.gpus = milli_gpu{5000};
    tenants[1].weight = 2;
    plan::quota_book book = plan::quota_book::make(tenants).value();
    const auto why = [&](std::size_t tenant, std::int64_t count) { return book.refusal_of(tenant, gpus(count))->why; };
    EXPECT_EQ(why(2, 5), rule::nominal);
    EXPECT_EQ(why(1, 6), rule::limit);
    EXPECT_EQ(why(0, 7), rule::borrowing_limit);
    EXPECT_EQ(book.refusal_of(0, gpus(7))->missing, 1000);
    book.take(0, gpus(6));
    EXPECT_EQ(book.dominant_share(0), 250'000); // 2 of the 8 that both lend
    EXPECT_EQ(why(1, 3), rule::cohort);
    EXPECT_TRUE(book.reclaims(1, gpus(3), 0, gpus(1)));
    EXPECT_FALSE(book.reclaims(1, gpus(5), 0, gpus(1))); // not entitled to so many
    EXPECT_FALSE(book.reclaims(1, gpus(3), 0, amounts(0, 1, 1)));
    EXPECT_FALSE(book.reclaims(2, gpus(3), 0, gpus(1)));
}

TEST(quota_book, refuses_books_that_mean_nothing) {
    const auto error = [](const tenant_quota& one, const tenant_quota& other) {
        return plan::quota_book::make({one, other}).error().message();
    };
    EXPECT_EQ(error({.name = "a"}, {.name = ""}), "tenant: \"\": expected a name");
    EXPECT_EQ(error({.name = "a"}, {.name = "a"}), "tenant: \"a\": expected a name that no other tenant has");
    EXPECT_EQ(error({.name = "a"}, {.name = "b", .weight = 0}), "weight: \"0\": expected from 1 to 1000000");
    EXPECT_EQ(error({.name = "a"}, {.name = "b", .limit = amounts(0, -1, 0)}),
              "cpu of b: \"-1\": expected an amount from 0 on");
}
