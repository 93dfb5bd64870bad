// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/replay/discipline.hpp>
#include <gpupack/workload/arrival.hpp>
#include <gpupack/workload/task.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace test {

using namespace gpupack;

/// A tenant whose GPUs are counted, and who lends all of them to the others.
struct plain_party {
    std::int64_t nominal;   ///< GPUs that are its own.
    std::int64_t borrowing; ///< GPUs that it may borrow at most.
    std::int64_t weight;    ///< By which it does.
};

/// Tenants `a`, `b`, ... of one cohort.
struct plain_parties {
    std::vector<plain_party> parties; ///< None: no quotas.
    bool by_share = false;            ///< Whether those go first who borrow least.
};

/// The disciplines as they are told in a sentence, one second after the other: tasks of whole GPUs on equal nodes, which
/// are placed by first fit. Slow, and obvious.
class plain_queue {
  public:
    static constexpr std::int64_t waits = -1; ///< Start of a task that was not started.

    plain_queue(int nodes, int gpus, const std::vector<workload::task>& tasks,
                const std::vector<workload::arrival>& arrivals, const replay::discipline& discipline,
                const plain_parties& quotas = {})
        : busy_(static_cast<std::size_t>(nodes), std::vector<std::int64_t>(static_cast<std::size_t>(gpus), 0)),
          tasks_{tasks}, arrivals_{arrivals}, discipline_{discipline}, quotas_{quotas},
          starts_(arrivals.size(), waits) {}

    /// When each arrival started.
    [[nodiscard]] std::vector<std::int64_t> run() {
        std::size_t next = 0;
        for (std::int64_t now = 0; next < arrivals_.size() || !line_.empty(); ++now) {
            now_ = now;
            if (some_end_at(now)) serve(now);
            for (; next < arrivals_.size() && arrivals_[next].time == now; ++next) {
                if (!is_possible(next)) continue;
                line_.push_back(next);
                // Those whom it passes do not stand in its way.
                if (is_admitted(next)) drop_behind(next);
                serve(now);
            }
        }
        return starts_;
    }

  private:
    struct place {
        std::size_t arrival;
        std::size_t node;
        std::vector<std::size_t> gpus;
        std::int64_t begin;
        std::int64_t end;
    };

    [[nodiscard]] std::pair<std::int64_t, std::size_t> key_of(std::size_t number) const {
        const std::int64_t priority = tasks_[arrivals_[number].task].priority;
        return {discipline_.ageing > 0 ? arrivals_[number].time - priority * discipline_.ageing : -priority, number};
    }
    [[nodiscard]] std::int64_t length_of(std::size_t number) const { return *arrivals_[number].duration; }
    [[nodiscard]] std::size_t gpus_of(std::size_t number) const {
        return static_cast<std::size_t>(tasks_[arrivals_[number].task].request.gpus);
    }

    // Quotas: who uses how much, and who may use more.
    [[nodiscard]] std::size_t party_of(std::size_t number) const {
        return static_cast<std::size_t>(tasks_[arrivals_[number].task].tenant[0] - 'a');
    }
    [[nodiscard]] bool runs(std::size_t number) const {
        return starts_[number] != waits && starts_[number] + length_of(number) > now_;
    }
    [[nodiscard]] std::int64_t all_nominal() const {
        std::int64_t sum = 0;
        for (const plain_party& each : quotas_.parties) sum += each.nominal;
        return sum;
    }
    /// Whether the quota of a task admits it beside all who run and some others.
    [[nodiscard]] bool is_admitted_beside(std::size_t number, const std::vector<std::size_t>& others) const {
        if (quotas_.parties.empty()) return true;
        std::vector<std::size_t> all = others;
        for (std::size_t each = 0; each < arrivals_.size(); ++each)
            if (runs(each)) all.push_back(each);
        std::int64_t own = static_cast<std::int64_t>(gpus_of(number));
        std::int64_t together = own;
        for (const std::size_t each : all) {
            together += static_cast<std::int64_t>(gpus_of(each));
            if (party_of(each) == party_of(number)) own += static_cast<std::int64_t>(gpus_of(each));
        }
        const plain_party& party = quotas_.parties[party_of(number)];
        return together <= all_nominal() && own <= party.nominal + party.borrowing;
    }
    [[nodiscard]] bool is_possible(std::size_t number) const {
        if (quotas_.parties.empty()) return true;
        const plain_party& party = quotas_.parties[party_of(number)];
        return static_cast<std::int64_t>(gpus_of(number)) <= std::min(all_nominal(), party.nominal + party.borrowing);
    }
    [[nodiscard]] bool holds(std::size_t number) const {
        return std::any_of(reserved_.begin(), reserved_.end(),
                           [&](const place& each) { return each.arrival == number; });
    }
    /// Whether it stands in the line: who does not come in beside those before it who have reserved places stands aside.
    [[nodiscard]] bool is_admitted(std::size_t number) const {
        std::vector<std::size_t> before;
        for (const place& each : reserved_)
            if (rank_of(each.arrival) < rank_of(number)) before.push_back(each.arrival);
        return holds(number) || is_admitted_beside(number, before);
    }
    /// By what the line is ordered: what a tenant borrows of all there is by its weight, where that decides; then the queue.
    [[nodiscard]] std::pair<std::int64_t, std::pair<std::int64_t, std::size_t>> rank_of(std::size_t number) const {
        if (!quotas_.by_share) return {0, key_of(number)};
        const plain_party& party = quotas_.parties[party_of(number)];
        std::int64_t beyond = -party.nominal;
        for (std::size_t each = 0; each < arrivals_.size(); ++each)
            if (runs(each) && party_of(each) == party_of(number)) beyond += static_cast<std::int64_t>(gpus_of(each));
        if (beyond <= 0) return {0, key_of(number)};
        const double part = static_cast<double>(beyond) / static_cast<double>(all_nominal());
        return {static_cast<std::int64_t>(part * 1e6 / static_cast<double>(party.weight)), key_of(number)};
    }
    /// Says whether there were any.
    bool drop_behind(std::size_t number) {
        return std::erase_if(reserved_, [&](const place& each) { return rank_of(number) < rank_of(each.arrival); }) > 0;
    }

    [[nodiscard]] bool some_end_at(std::int64_t now) const {
        for (const auto& node : busy_)
            for (const std::int64_t end : node)
                if (end == now && now > 0) return true;
        return false;
    }

    /// The lowest GPUs of a node that nobody has, or has reserved, from begin on for so long.
    [[nodiscard]] std::optional<place> place_at(std::size_t number, std::size_t node, std::int64_t begin) const {
        const std::int64_t end = begin + length_of(number);
        place found{number, node, {}, begin, end};
        for (std::size_t g = 0; g < busy_[node].size() && found.gpus.size() < gpus_of(number); ++g) {
            bool free = busy_[node][g] <= begin;
            for (const place& other : reserved_) {
                const bool same =
                    other.node == node && std::find(other.gpus.begin(), other.gpus.end(), g) != other.gpus.end();
                free = free && (other.arrival == number || !same || other.end <= begin || other.begin >= end);
            }
            if (free) found.gpus.push_back(g);
        }
        return found.gpus.size() == gpus_of(number) ? std::optional{found} : std::nullopt;
    }

    bool start(std::size_t number, std::int64_t now) {
        std::vector<std::size_t> begun; // whose quotas are theirs before it ends
        for (const place& each : reserved_)
            if (each.arrival != number && each.begin < now + length_of(number)) begun.push_back(each.arrival);
        if (!is_admitted_beside(number, begun)) return false;
        for (std::size_t node = 0; node < busy_.size(); ++node) {
            const auto found = place_at(number, node, now);
            if (!found) continue;
            for (const std::size_t g : found->gpus) busy_[node][g] = found->end;
            starts_[number] = now;
            std::erase_if(reserved_, [&](const place& each) { return each.arrival == number; });
            std::erase(line_, number);
            return true;
        }
        return false;
    }

    void reserve(std::size_t number, std::int64_t now) {
        if (holds(number)) return;
        for (std::int64_t time = now + 1;; ++time)
            for (std::size_t node = 0; node < busy_.size(); ++node)
                if (const auto found = place_at(number, node, time)) return reserved_.push_back(*found);
    }

    /// Lets start what may start; says whether anything did, or anybody lost what it had reserved.
    bool serve_once(std::int64_t now) {
        std::sort(line_.begin(), line_.end(), [&](std::size_t a, std::size_t b) { return rank_of(a) < rank_of(b); });
        bool any = false;
        const bool reserves =
            discipline_.order == replay::queue_rule::easy || discipline_.order == replay::queue_rule::conservative;
        if (reserves && serve_front(now, any)) return true;
        // Others start where they delay nobody, also those who stand aside.
        const std::vector<std::size_t> line = line_;
        for (const std::size_t number : line) {
            if (discipline_.order == replay::queue_rule::strict && !is_admitted(number)) continue;
            const bool held = holds(number);
            const auto share = rank_of(number).first;
            if (start(number, now)) {
                if (held || (quotas_.by_share && share != rank_of(number).first)) return true;
                any = true;
            } else if (discipline_.order == replay::queue_rule::strict) {
                return any;
            }
        }
        return any;
    }
    /// The first in line start or reserve places; says whether to begin anew.
    bool serve_front(std::int64_t now, bool& any) {
        const std::vector<std::size_t> line = line_;
        const std::size_t depth = discipline_.order == replay::queue_rule::easy ? 1
                                  : discipline_.depth == 0                      ? line.size()
                                                                                : discipline_.depth;
        std::vector<std::size_t> held;
        for (const std::size_t number : line) {
            if (held.size() >= depth) break;
            if (!is_admitted(number)) continue;
            if (!holds(number)) any = drop_behind(number) || any;
            const auto share = rank_of(number).first;
            if (start(number, now)) {
                any = true;
                if (quotas_.by_share && share != rank_of(number).first) return true;
                continue;
            }
            reserve(number, now);
            held.push_back(number);
        }
        // Those whom others have passed give up what they had reserved.
        drop_all_but(held);
        return false;
    }
    void drop_all_but(const std::vector<std::size_t>& held) {
        std::erase_if(reserved_, [&](const place& each) {
            return std::find(held.begin(), held.end(), each.arrival) == held.end();
        });
    }
    void serve(std::int64_t now) {
        while (serve_once(now)) {
        }
    }

    std::vector<std::vector<std::int64_t>> busy_; // [nodes][GPUs]  until when
    const std::vector<workload::task>& tasks_;
    const std::vector<workload::arrival>& arrivals_;
    replay::discipline discipline_;
    plain_parties quotas_;
    std::int64_t now_ = 0;
    std::vector<std::int64_t> starts_;
    std::vector<std::size_t> line_;
    std::vector<place> reserved_;
};

} // namespace test
