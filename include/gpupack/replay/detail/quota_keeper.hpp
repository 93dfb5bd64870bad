// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/plan/quota_book.hpp>
#include <gpupack/plan/tenant_quota.hpp>
#include <gpupack/replay/detail/arrival_facts.hpp>
#include <gpupack/replay/detail/estimate_line.hpp>
#include <gpupack/replay/detail/running_tasks.hpp>
#include <gpupack/replay/detail/waiting_line.hpp>
#include <gpupack/replay/quotas.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/workload/task.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::replay::detail {

/// Knows whose tasks may start by their quotas, and whose end for whom. Without quotas everybody may, and nobody does.
class quota_keeper {
  public:
    /// @param cluster  by whose GPUs parts of GPUs are counted
    /// @param quotas   nothing used; none: no quotas
    quota_keeper(const cluster& cluster, const std::optional<quotas>& quotas) : cluster_{cluster}, quotas_{quotas} {}

    /// The number of a task's tenant, so that tasks of different ones are of different classes.
    [[nodiscard]] std::size_t tenant_of(const workload::task& task) const {
        if (!quotas_) return 0;
        const auto own = quotas_->book.find(task.tenant);
        return own ? *own : quotas_->book.find(any_tenant).value_or(unlimited());
    }
    /// Whether a task may start now.
    [[nodiscard]] bool admits(const workload::task& task) const {
        return !is_limited(task) || quotas_->book.admits(tenant_of(task), amounts_of(task));
    }
    /// Whether it may start beside some that do not run yet.
    ///
    /// @param task   the task
    /// @param ahead  those who count as if they ran
    [[nodiscard]] bool admits_beside(const workload::task& task, const std::vector<const workload::task*>& ahead) {
        return count_in(ahead, [&] { return admits(task); });
    }
    /// Whether a waiting task has a place in the line: its quota admits it, or would once it has ended those who borrow.
    ///
    /// @param task   the task
    /// @param ahead  those who count as if they ran
    [[nodiscard]] bool stands_in_line(const workload::task& task, const std::vector<const workload::task*>& ahead) {
        if (!is_limited(task)) return true;
        return count_in(ahead, [&] { return admits(task) || (reclaims() && is_entitled(task)); });
    }
    /// Whether there are quotas.
    [[nodiscard]] bool limits() const noexcept { return quotas_.has_value(); }
    /// Whether it might if nobody else ran.
    [[nodiscard]] bool could_admit(const workload::task& task) const {
        return !is_limited(task) || quotas_->book.could_admit(tenant_of(task), amounts_of(task));
    }
    /// A task has started.
    void start(const workload::task& task) {
        if (!is_limited(task)) return;
        const std::int64_t share = share_of(tenant_of(task));
        quotas_->book.take(tenant_of(task), amounts_of(task));
        orders_ += share != share_of(tenant_of(task)) ? 1 : 0;
    }
    /// A task has ended.
    void end(const workload::task& task) {
        if (!is_limited(task)) return;
        const std::int64_t share = share_of(tenant_of(task));
        quotas_->book.give_back(tenant_of(task), amounts_of(task));
        orders_ += share != share_of(tenant_of(task)) ? 1 : 0;
        has_ended_ = true;
    }
    /// Somebody has given up a reservation, or starts another time: those may start whom it kept from their quotas.
    void note_given_up() noexcept { has_ended_ = has_ended_ || limits(); }
    /// By what waiting tasks of a tenant are ordered before their places in the line: 0 for all, unless shares decide.
    [[nodiscard]] std::int64_t share_of(std::size_t tenant) const {
        return by_share() && tenant != unlimited() ? quotas_->book.dominant_share(tenant) : 0;
    }
    /// Whether shares decide who goes first.
    [[nodiscard]] bool by_share() const noexcept { return quotas_ && quotas_->by_share; }
    /// How often some tenant's share has changed, and with it the order of the line.
    [[nodiscard]] std::size_t orders() const noexcept { return orders_; }
    /// Whether borrowers may be ended.
    [[nodiscard]] bool reclaims() const noexcept { return quotas_ && quotas_->reclaims; }

    /// Lets classes be tried again that quotas have refused, where some task has ended since or given up a reservation.
    ///
    /// @param classes  all that wait
    /// @param facts    of the arrivals
    void note_ended(std::vector<waiting_class>& classes, const arrival_facts& facts) {
        if (!std::exchange(has_ended_, false)) return;
        for (waiting_class& each : classes) {
            if (!each.by_quota || (each.line.size() > 0 && !admits(facts.task_of(each.line.front())))) continue;
            each.by_quota = false;
            each.refused_from = estimate_line::never;
        }
    }

    /// Whether the tenant of a task has a right to it: it would stay within its nominal quota.
    [[nodiscard]] bool is_entitled(const workload::task& task) const {
        return is_limited(task) && quotas_->book.is_entitled(tenant_of(task), amounts_of(task));
    }
    /// Whether a running task may be ended for one that waits.
    [[nodiscard]] bool may_end(const workload::task& victim, const workload::task& waiting) const {
        return is_limited(victim) && is_limited(waiting) &&
               quotas_->book.reclaims(tenant_of(waiting), amounts_of(waiting), tenant_of(victim), amounts_of(victim));
    }

    /// The same once others have ended.
    ///
    /// @param ended    slots of those
    /// @param victim   which may be ended now
    /// @param waiting  the one that waits
    /// @param task_of  task_of(slot)
    template <class TaskOf>
    [[nodiscard]] bool may_end_after(const std::vector<std::size_t>& ended, const workload::task& victim,
                                     const workload::task& waiting, const TaskOf& task_of) const {
        const std::size_t tenant = tenant_of(victim);
        const plan::quota_amounts held = amounts_of(victim);
        const plan::quota_amounts more = amounts_of(waiting);
        const plan::quota_amounts beyond = quotas_->book.borrowed(tenant);
        for (std::size_t r = 0; r < plan::quota_resources; ++r) {
            std::int64_t left = beyond[r];
            for (const std::size_t slot : ended)
                if (const workload::task& other = task_of(slot); tenant_of(other) == tenant)
                    left -= amounts_of(other)[r];
            if (more[r] > 0 && held[r] > 0 && left > 0) return true;
        }
        return false;
    }

    /// Adds tasks to those that end for one that waits, until it is admitted: of those who borrow most for their weight, the
    /// one that started last.
    ///
    /// @param waiting  the task
    /// @param victims  slots of tasks that end in any case
    /// @param running  all that run
    /// @param task_of  task_of(arrival): its task
    /// @return         the slots in an order in which each may end; nothing where some may not, or it would not be admitted
    template <class TaskOf> [[nodiscard]] std::optional<std::vector<std::size_t>>
    complete(const workload::task& waiting, const std::vector<std::size_t>& victims, const running_tasks& running,
             const TaskOf& task_of) const {
        quota_keeper then = *this;
        std::vector<std::size_t> all;
        std::vector<bool> is_chosen(running.slots(), false);
        const auto end = [&](std::size_t slot) {
            const workload::task& victim = task_of(running[slot].arrival);
            if (!then.may_end(victim, waiting)) return false;
            then.end(victim);
            is_chosen[slot] = true;
            all.push_back(slot);
            return true;
        };
        for (const std::size_t slot : victims)
            if (!end(slot)) return std::nullopt;
        while (!then.admits(waiting)) {
            std::optional<std::tuple<std::int64_t, std::size_t, std::size_t>> next; // share, order, slot
            for (std::size_t slot = 0; slot < running.slots(); ++slot) {
                if (running[slot].members.empty() || is_chosen[slot]) continue;
                const workload::task& victim = task_of(running[slot].arrival);
                if (!then.may_end(victim, waiting)) continue;
                const std::tuple choice{then.quotas_->book.dominant_share(then.tenant_of(victim)), running[slot].order,
                                        slot};
                if (!next || *next < choice) next = choice;
            }
            if (!next || !end(std::get<2>(*next))) return std::nullopt;
        }
        return all;
    }

  private:
    [[nodiscard]] std::size_t unlimited() const noexcept { return quotas_->book.tenants().size(); }
    /// Asks something while some tasks count as if they ran.
    template <class Question>
    [[nodiscard]] bool count_in(const std::vector<const workload::task*>& ahead, const Question& question) {
        for (const workload::task* const each : ahead)
            if (is_limited(*each)) quotas_->book.take(tenant_of(*each), amounts_of(*each));
        const bool answer = question();
        for (const workload::task* const each : ahead)
            if (is_limited(*each)) quotas_->book.give_back(tenant_of(*each), amounts_of(*each));
        return answer;
    }
    [[nodiscard]] bool is_limited(const workload::task& task) const {
        return quotas_ && tenant_of(task) != unlimited();
    }
    [[nodiscard]] plan::quota_amounts amounts_of(const workload::task& task) const {
        return quota_amounts_of(task, cluster_);
    }

    const cluster& cluster_;
    std::optional<quotas> quotas_;
    bool has_ended_ = false;
    std::size_t orders_ = 0;
};

} // namespace gpupack::inline GPUPACK_ABI::replay::detail
