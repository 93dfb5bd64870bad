// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/any_policy.hpp>
#include <gpupack/any_scheduler.hpp>
#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/request/checked_request.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/state/change_counters.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/hold_book.hpp>
#include <gpupack/state/live_nodes.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/placement_record.hpp>
#include <gpupack/state/refusal.hpp>
#include <gpupack/topology/node_spec.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// How a call of a fleet ended.
enum class outcome : std::uint8_t {
    ok,        ///< As asked for.
    no_fit,    ///< The request fits nowhere now.
    bad_input, ///< A value is wrong.
    unknown,   ///< A node, task, policy or token of that name is not there.
    conflict,  ///< It is there already, is in use, or has changed.
    full       ///< A limit is reached.
};

/// Why a call of a fleet failed; nothing has changed then.
struct failure {
    outcome status = outcome::ok; ///< What sort of failure.
    std::string message;          ///< One line for a person.
};

/// The front door for a process that runs for months: a cluster under several policies, whose nodes, tasks and policies are
/// known by name. Whatever is passed in, a call answers; none aborts.
///
/// All calls may be made by several threads at once: one after the other changes the fleet, under a lock. A task is the
/// caller's name for what it places; it has one placement. It decides as any_scheduler does.
class fleet {
  public:
    /// Of a scheduler without placements, or whose placements nobody will name.
    explicit fleet(any_scheduler scheduler) : scheduler_{std::move(scheduler)} {
        scheduler_.observe([this](const cluster& cluster, const cluster_change& change) {
            counters_.count(change);
            if (observer_) observer_(cluster, change);
        });
    }
    fleet(const fleet&) = delete;
    fleet& operator=(const fleet&) = delete;
    ~fleet() = default;

    /// Who hears each change, under the lock; it must not call the fleet.
    void observe(cluster_observer observer) {
        const std::lock_guard lock{mutex_};
        observer_ = std::move(observer);
    }

    /// Adds a policy by name, or decides by another one under that name from now on.
    void put_policy(const std::string& name, any_policy policy) {
        const std::lock_guard lock{mutex_};
        if (const auto known = scheduler_.find_policy(name))
            scheduler_.set_policy(*known, std::move(policy));
        else
            (void)scheduler_.add_policy(name, std::move(policy));
    }

    /// Adds a node, or changes what the node of that name has.
    ///
    /// @param name     its name
    /// @param spec     what it has
    /// @param gpu_ids  [GPUs of the node] how its owner knows each of them, or empty; nothing: as before
    /// @param domain   the narrowest domain in which a new node stands; empty: none but the cluster
    expected<node_id, failure> put_node(const std::string& name, const node_spec& spec,
                                        const std::optional<std::vector<std::string>>& gpu_ids = std::nullopt,
                                        std::string_view domain = {}) {
        const std::lock_guard lock{mutex_};
        if (name.empty()) return fail(outcome::bad_input, input_error{{}, 0, "node name", name, "a name"}.message());
        if (const auto known = scheduler_.cluster().find_node(name)) {
            const auto wrong = scheduler_.change_node(*known, spec, gpu_ids);
            if (wrong) return fail(status_of(*wrong), wrong->message());
            return *known;
        }
        const auto added = scheduler_.add_node(name, spec, gpu_ids.value_or(std::vector<std::string>{}), domain);
        if (!added) return fail(status_of(added.error()), added.error().message());
        return *added;
    }
    /// Takes a node out. What ran there is released.
    ///
    /// @return the tasks that ran there, oldest first
    expected<std::vector<std::string>, failure> remove_node(std::string_view name) {
        const std::lock_guard lock{mutex_};
        const auto node = scheduler_.cluster().find_node(name);
        if (!node) return no_such("node", name);
        return forget(scheduler_.remove_node(*node));
    }
    /// Closes a node, or GPUs of it, or opens them.
    ///
    /// @param name    the node
    /// @param gpus    some of its GPUs; nothing: the node
    /// @param closed  whether to close
    expected<void, failure> close_node(std::string_view name, std::optional<gpu_set> gpus, bool closed) {
        const std::lock_guard lock{mutex_};
        const auto node = scheduler_.cluster().find_node(name);
        if (!node) return no_such("node", name);
        if (gpus && !gpu_set::first(scheduler_.cluster()[*node].gpu_count()).contains(*gpus))
            return fail(outcome::unknown, std::string{name}.append(": the node has no such GPU"));
        if (gpus)
            scheduler_.set_closed(*node, *gpus, closed);
        else
            scheduler_.set_closed(*node, closed);
        return {};
    }
    /// Closes a node and tells all that runs there to leave.
    ///
    /// @return the tasks there, oldest first
    expected<std::vector<std::string>, failure> drain_node(std::string_view name) {
        const std::lock_guard lock{mutex_};
        const auto node = scheduler_.cluster().find_node(name);
        if (!node) return no_such("node", name);
        std::vector<std::string> tasks;
        for (const placement& each : scheduler_.drain(*node)) tasks.push_back(task_of(each));
        return tasks;
    }

    /// Places a task by a policy, or by the first where no policy is named.
    expected<placement_record, failure> place(const std::string& task, const request& request,
                                              std::string_view policy = {}) {
        const std::lock_guard lock{mutex_};
        const auto which = decide(task, request, policy);
        if (!which) return unexpected<failure>{which.error()};
        const auto placed = scheduler_.place(request, *which);
        if (!placed) return does_not_fit(placed.error());
        return enter(task, *placed);
    }
    /// What place() would do, without doing it. Cost: a dry run, see any_scheduler::choose.
    [[nodiscard]] expected<placement_record, failure> try_place(const request& request,
                                                                std::string_view policy = {}) const {
        const std::lock_guard lock{mutex_};
        const auto which = decide("?", request, policy);
        if (!which) return unexpected<failure>{which.error()};
        const auto chosen = scheduler_.choose(request, *which);
        if (!chosen) return does_not_fit(chosen.error());
        return record_of(scheduler_.cluster(), scheduler_.resources_for(*chosen, request, *which));
    }
    /// Takes a task where somebody else chose, if the node is as it was then.
    ///
    /// @param task     its name
    /// @param request  what it asks for
    /// @param choice   where, as search engines say on a snapshot
    /// @param seen     cluster::version() of that snapshot
    /// @param policy   whose request rule counts; empty: the first
    expected<placement_record, failure> place_at(const std::string& task, const request& request,
                                                 const selection& choice, std::uint64_t seen,
                                                 std::string_view policy = {}) {
        const std::lock_guard lock{mutex_};
        const auto which = decide(task, request, policy);
        if (!which) return unexpected<failure>{which.error()};
        const auto placed = scheduler_.take_if_unchanged(choice, request, seen, *which);
        if (!placed) return fail(outcome::conflict, std::string{describe(placed.error())});
        return enter(task, *placed);
    }

    /// Places a task and holds it until a time: see any_scheduler::hold.
    expected<std::pair<hold_token, placement_record>, failure> hold(const std::string& task, const request& request,
                                                                    std::int64_t expiry, std::string_view policy = {}) {
        const std::lock_guard lock{mutex_};
        const auto which = decide(task, request, policy);
        if (!which) return unexpected<failure>{which.error()};
        const auto held = scheduler_.hold(request, expiry, *which);
        if (!held) return does_not_fit(held.error());
        return std::pair{held->first, enter(task, held->second)};
    }
    /// Makes what is held stay. A second time changes nothing.
    expected<placement_record, failure> commit(hold_token token) {
        const std::lock_guard lock{mutex_};
        const auto stays = scheduler_.commit(token);
        if (!stays) return fail(status_of(stays.error()), std::string{describe(stays.error())});
        return record_of(scheduler_.cluster(), *stays, task_of(*stays));
    }
    /// Gives a hold up. A second time changes nothing.
    expected<void, failure> abort(hold_token token) {
        const std::lock_guard lock{mutex_};
        const auto held = scheduler_.holds().find(token);
        const refusal why = scheduler_.abort(token);
        if (held && why == refusal::none) (void)forget({*held});
        if (why != refusal::none) return fail(status_of(why), std::string{describe(why)});
        return {};
    }
    /// Gives up the holds whose time has come.
    ///
    /// @return their tasks
    std::vector<std::string> expire(std::int64_t now) {
        const std::lock_guard lock{mutex_};
        return forget(scheduler_.expire(now));
    }

    /// Puts a task back as its record says: after a restart, or from another source of truth.
    ///
    /// @param record  the record, with a task
    /// @param force   whether closed and over-committed nodes take it, too
    expected<void, failure> restore(const placement_record& record, bool force = false) {
        const std::lock_guard lock{mutex_};
        if (auto why = problem_of(record.task)) return unexpected<failure>{*std::move(why)};
        const auto receipt = gpupack::restore(scheduler_, record, force);
        if (!receipt)
            return fail(receipt.error().field == "node" ? outcome::unknown : outcome::conflict,
                        receipt.error().message());
        (void)enter(record.task, *receipt);
        return {};
    }
    /// Releases what a task holds. A second time it is unknown.
    expected<void, failure> release(std::string_view task) {
        const std::lock_guard lock{mutex_};
        const auto found = tasks_.find(std::string{task});
        if (found == tasks_.end()) return no_such("task", task);
        (void)scheduler_.try_release(found->second);
        by_slot_.erase(found->second.slot);
        tasks_.erase(found);
        return {};
    }
    /// Says that a task was told to leave, or stays after all. It holds what it has until it is released.
    expected<void, failure> set_leaving(std::string_view task, bool leaving = true) {
        const std::lock_guard lock{mutex_};
        const auto found = tasks_.find(std::string{task});
        if (found == tasks_.end()) return no_such("task", task);
        (void)scheduler_.set_leaving(found->second, leaving);
        return {};
    }

    /// What a task holds.
    [[nodiscard]] expected<placement_record, failure> record(std::string_view task) const {
        const std::lock_guard lock{mutex_};
        const auto found = tasks_.find(std::string{task});
        if (found == tasks_.end()) return no_such("task", task);
        return record_of(scheduler_.cluster(), found->second, found->first);
    }
    /// What runs on a node, oldest first; what restore() reads.
    [[nodiscard]] expected<std::vector<placement_record>, failure> records_on(std::string_view node) const {
        const std::lock_guard lock{mutex_};
        const auto id = scheduler_.cluster().find_node(node);
        if (!id) return no_such("node", node);
        return records(scheduler_.cluster().placements_on(*id));
    }
    /// All that runs: by node, on each oldest first.
    [[nodiscard]] std::vector<placement_record> records() const {
        const std::lock_guard lock{mutex_};
        return records(scheduler_.cluster().placements());
    }
    /// The counters and gauges, as text that Prometheus reads.
    [[nodiscard]] std::string metrics() const {
        const std::lock_guard lock{mutex_};
        return metrics_text(scheduler_.cluster(), counters_);
    }
    /// Calls look(scheduler) under the lock, and returns what it returns.
    template <class Look> decltype(auto) look(Look&& look) const {
        const std::lock_guard lock{mutex_};
        return look(std::as_const(scheduler_));
    }

  private:
    static unexpected<failure> fail(outcome status, std::string message) {
        return unexpected<failure>{failure{status, std::move(message)}};
    }
    static unexpected<failure> no_such(const char* what, std::string_view name) {
        return fail(outcome::unknown,
                    input_error{{}, 0, what, std::string{name}, std::string{"a "}.append(what).append(" of this fleet")}
                        .message());
    }
    [[nodiscard]] unexpected<failure> does_not_fit(const no_fit& why) const {
        return fail(outcome::no_fit, why.message());
    }
    [[nodiscard]] static outcome status_of(const input_error& error) {
        return error.expected.starts_with("at most") ? outcome::full : outcome::bad_input;
    }
    [[nodiscard]] static outcome status_of(refusal why) {
        return why == refusal::not_live ? outcome::unknown : outcome::conflict;
    }

    [[nodiscard]] std::optional<failure> problem_of(const std::string& task) const {
        if (task.empty()) return failure{outcome::bad_input, input_error{{}, 0, "task", task, "a name"}.message()};
        if (tasks_.contains(task))
            return failure{outcome::conflict,
                           input_error{{}, 0, "task", task, "a name that no other task has"}.message()};
        return std::nullopt;
    }
    /// The policy of a name, where task and request are right.
    [[nodiscard]] expected<policy_id, failure> decide(const std::string& task, const request& request,
                                                      std::string_view policy) const {
        if (auto why = problem_of(task)) return unexpected<failure>{*std::move(why)};
        if (const auto valid = checked(request); !valid) return fail(outcome::bad_input, valid.error().message());
        if (policy.empty()) return policy_id{};
        const auto found = scheduler_.find_policy(policy);
        if (!found) return no_such("policy", policy);
        return *found;
    }
    placement_record enter(const std::string& task, const placement& placed) {
        const auto entered = tasks_.insert_or_assign(task, placed).first;
        by_slot_[placed.slot] = &entered->first;
        return record_of(scheduler_.cluster(), placed, task);
    }
    [[nodiscard]] std::string task_of(const placement& placed) const {
        const auto found = by_slot_.find(placed.slot);
        return found == by_slot_.end() ? std::string{} : *found->second;
    }
    std::vector<std::string> forget(const std::vector<placement>& ended) {
        std::vector<std::string> names;
        for (const placement& each : ended) {
            const auto found = tasks_.find(task_of(each));
            if (found == tasks_.end() || found->second.generation != each.generation) continue;
            names.push_back(found->first);
            by_slot_.erase(each.slot);
            tasks_.erase(found);
        }
        return names;
    }
    [[nodiscard]] std::vector<placement_record> records(const std::vector<placement>& placements) const {
        std::vector<placement_record> all;
        all.reserve(placements.size());
        for (const placement& each : placements) all.push_back(record_of(scheduler_.cluster(), each, task_of(each)));
        return all;
    }

    mutable std::mutex mutex_;
    any_scheduler scheduler_;
    std::unordered_map<std::string, placement> tasks_;
    std::unordered_map<std::uint32_t, const std::string*> by_slot_; // names of tasks by the ledger's slot
    change_counters counters_;
    cluster_observer observer_;
};

} // namespace gpupack
