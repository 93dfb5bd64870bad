// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/fit/candidate.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/cpu_shortage.hpp>
#include <gpupack/policy/decision.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/named_models.hpp>
#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/policy/opportunity_value_table.hpp>
#include <gpupack/policy/part_wanted.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/reserved_capacity.hpp>
#include <gpupack/policy/reserved_capacity_table.hpp>
#include <gpupack/policy/scarcity_levels.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/request/task_mix.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/topology/model_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gpupack::inline GPUPACK_ABI::policy {

/// The scorer that lookahead prepares: what a candidate leaves of the expected use, what it adds to fragmentation, and
/// which scarce places it takes at which price.
struct lookahead_scorer {
    /// Of a milli-GPU in a score.
    static constexpr score milli = opportunity_value_view::unit * opportunity_value_view::outlooks;

    opportunity_value_view use;     ///< What later tasks will use.
    fragmentation_scorer fall;      ///< The fall of fragmentation.
    reserved_capacity_view several; ///< The classes of tasks for several whole GPUs, and their places.
    instance_cost_scorer instances; ///< The places of MIG profiles, for requests for instances.
    scarcity_levels levels;         ///< How scarce everything is.
    score whole_price[scarcity_levels::most_classes] = {};    ///< Of a place of each class.
    model_set named[scarcity_levels::most_model_sets] = {};   ///< The sets of models that tasks name.
    score model_price[scarcity_levels::most_model_sets] = {}; ///< Of a milli-GPU of each of them.
    score core_price = 0;                                     ///< Of a milli-core that is left on the node.
    std::int64_t typical = 1;                                 ///< Tasks that fragmentation is summed over.
    score step = 1;                                           ///< Scores within a step are alike.
    bool by_instances = false;                                ///< Whether any task asks for MIG.

    /// What engines must know about it.
    static constexpr policy_properties properties{.scope = reads::cluster_flags, .expensive = true};

    [[nodiscard]] GPUPACK_HD constexpr score operator()(const candidate& candidate,
                                                        const request& request) const noexcept {
        if (in_profiles(request.share.way()) && request.gpus > 0) return instances(candidate, request);
        const opportunity_value_view::sums now = use.sum_up(candidate.node);
        return scored(candidate.node, request, candidate.gpus, fall(candidate, request), now,
                      use.of(now, candidate.node.cpu_free()));
    }

    /// The same scores, with what the node has now added up only once for all candidates.
    GPUPACK_CALLS_BACK
    template <class Visit>
    GPUPACK_HD constexpr void for_each_score(const node_view& node, const request& request, Visit&& visit) const {
        if (in_profiles(request.share.way()) && request.gpus > 0) {
            fit::for_each_candidate(
                node, request, [&](const candidate& each) { visit(instances(each, request), each.gpus, each.slots); });
            return;
        }
        const opportunity_value_view::sums now = use.sum_up(node);
        const std::int64_t use_now = use.of(now, node.cpu_free());
        fall.for_each_score(node, request, [&](score fragments, gpu_set gpus, slot_list slots) {
            visit(scored(node, request, gpus, fragments, now, use_now), gpus, slots);
        });
    }

    /// The tables of all parts.
    GPUPACK_CALLS_BACK
    template <class Visit> GPUPACK_HD constexpr void for_each_table(Visit&& visit) {
        use.for_each_table(visit);
        fall.for_each_table(visit);
        several.for_each_table(visit);
        instances.for_each_table(visit);
    }

    /// How scarce everything is.
    [[nodiscard]] GPUPACK_HD constexpr const scarcity_levels& cluster_flags() const noexcept { return levels; }
    /// Whether the scores of a node may differ where these levels changed.
    [[nodiscard]] GPUPACK_HD constexpr bool affected_by(const scarcity_levels& changed,
                                                        const node_view& node) const noexcept {
        if (changed.cpu != 0) return true;
        for (int c = 0; c < several.count; ++c)
            if (changed.whole[c] != 0 &&
                (places_on(node, several.classes[c], 0, {}, {}) > 0 || is_dear_to_instances(c, node)))
                return true;
        if (by_instances && is_mig_changed(changed, node)) return true;
        if (node.compute_free().count() == 0) return false;
        for (int m = 0; m < scarcity_levels::most_model_sets; ++m)
            if (changed.models[m] != 0 && !(node.type().models & named[m]).empty()) return true;
        return false;
    }

  private:
    [[nodiscard]] GPUPACK_HD static constexpr bool is_mig_changed(const scarcity_levels& changed,
                                                                  const node_view& node) noexcept {
        for (int i = 0; i < node.gpu_count(); ++i) {
            const gpu_capacity& capacity = node.capacity(i);
            if (capacity.mig == nullptr || (node.gpu(i).way != sharing::idle && node.gpu(i).way != sharing::mig))
                continue;
            for (const std::uint8_t level : changed.mig[capacity.mig_number])
                if (level != 0) return true;
        }
        return false;
    }

    /// Whether instances pay the price of that class on a node: they count idle GPUs alone, whatever CPU is left.
    [[nodiscard]] GPUPACK_HD constexpr bool is_dear_to_instances(int c, const node_view& node) const noexcept {
        return by_instances && instance_cost_scorer::idle_gpus(node, several.classes[c].models) > 0;
    }

    /// The places of a class on a node once so much has been taken of it.
    [[nodiscard]] GPUPACK_HD static constexpr std::int64_t places_on(const node_view& node, const scarce_class& scarce,
                                                                     int idle_taken, milli_cpu cpu,
                                                                     mebibytes memory) noexcept {
        if ((node.type().models & scarce.models).empty()) return 0;
        return reserved_capacity_view::places(scarce, node.idle_gpus() - idle_taken, node.cpu_free() - cpu,
                                              node.memory_free() - memory);
    }

    /// What the places cost that a request ends for tasks of several whole GPUs.
    [[nodiscard]] GPUPACK_HD constexpr score cost_of_places(const node_view& node, const request& request,
                                                            int idle_taken) const noexcept {
        score cost = 0;
        for (int c = 0; c < several.count; ++c) {
            if (whole_price[c] == 0 || reserved_capacity_view::is_of(request, several.classes[c])) continue;
            const std::int64_t now = places_on(node, several.classes[c], 0, {}, {});
            if (now == 0) continue;
            cost +=
                whole_price[c] * (now - places_on(node, several.classes[c], idle_taken, request.cpu, request.memory));
        }
        return cost;
    }

    /// What a GPU costs of a model that others name, or for which MIG instances lose their places.
    [[nodiscard]] GPUPACK_HD constexpr score cost_of_gpu(const node_view& node, int i, const request& request,
                                                         std::int64_t part) const noexcept {
        score cost = 0;
        for (int m = 0; m < scarcity_levels::most_model_sets; ++m)
            if (model_price[m] != 0 && named[m].contains(node.gpu_model(i)) &&
                !((request.models & named[m]) == request.models))
                cost += model_price[m] * part;
        const gpu_capacity& capacity = node.capacity(i);
        if (!by_instances || capacity.mig == nullptr || node.gpu(i).way != sharing::idle) return cost;
        // An eighth of a GPU is 1024 units. To tasks that need no instance a place costs little: they come first where both
        // want the same GPU, and a little keeps the last places for the largest profiles.
        constexpr score of_unit = milli / 8 / 256;
        for_each_bit(instances.priced[capacity.mig_number], [&](int p) {
            cost +=
                of_unit * instances.prices[capacity.mig_number][p] * instances.tables[capacity.mig_number].places(0, p);
        });
        return cost;
    }

    [[nodiscard]] GPUPACK_HD constexpr score scored(const node_view& node, const request& request, gpu_set gpus,
                                                    score fragments, opportunity_value_view::sums sums,
                                                    std::int64_t use_now) const noexcept {
        split_memory pieces;
        if (request.gpus > 0 && request.share.is_split()) pieces = split_over(&node.gpu(0), gpus, request.share);
        int idle = 0;
        score cost = 0;
        for_each_gpu_indexed(gpus, [&](int nth, int i) {
            const share part = request.share.is_split() ? piece_of(request.share, pieces, nth) : request.share;
            const gpu_state after = after_taking(node.gpu(i), part, node.capacity(i), request.gpus);
            idle += is_free_whole(node.gpu(i)) ? 1 : 0;
            cost += cost_of_gpu(node, i, request,
                                free_part(node.gpu(i), node.capacity(i)) - free_part(after, node.capacity(i)));
            sums.replace(use.row(node.gpu_count(), node.gpu_model(i), node.gpu(i), node.capacity(i)),
                         use.row(node.gpu_count(), node.gpu_model(i), after, node.capacity(i)));
        });
        const milli_cpu cpu_left = node.cpu_free() - request.cpu;
        cost += cost_of_places(node, request, idle) + core_price * cpu_left.count();
        const score worth = use.of(sums, cpu_left) - use_now + fragments * (milli / 32) / typical * 32;
        return floor_divide(worth - cost, step);
    }
};

/// Places a task where it takes least from those that come later, while tasks come and go or only come. gpupack's own.
///
/// - Score: use(node after) - use(node now), the use of opportunity_value_view, plus the fall of fragmentation, minus a
///   price for every scarce place that the task ends: of tasks for several whole GPUs, of slices that need most of a GPU of
///   some models, of MIG profiles, and for compute of models that other tasks name. In steps of 40 milli-GPUs, so that
///   near-equals go to the lowest node.
/// - Price of a place for several GPUs: its size * exp(-left / sqrt(w + 1)), a 256th of it at least, with w the places that
///   tasks would hold at full load; in halvings. Of models: scarcity * w / (left + 1), times its size; in steps of a factor of 4. What plenty has is
///   nearly free, the last ones are dear.
/// - Price of CPU: where the expected tasks ask for nine tenths or more of the CPU by GPU that the nodes have, what a task
///   leaves free on its node counts against it, so that tasks fill up the CPU of nodes that have little left.
/// - Where tasks never leave (options::tasks_leave), fragmentation does not count, and places for several whole GPUs are
///   not priced but kept: as many as the tasks will want that come until the cluster is full, as lookahead_fill does.
/// - GPU memory is a dimension like compute: of both the larger part counts.
/// - Requests for MIG instances and vGPUs: as mig_scarcity, at prices in the same steps.
/// - Cost: on a node, that of fgd, 8 additions a GPU and 40 multiplications a candidate. Of the whole cluster, scores
///   depend on levels of scarcity only: the indexed engine scores again the nodes to which a changed level matters.
/// - Ties: lower node, lower GPU set.
/// - Source: the dynamic stochastic knapsack, FGD's gradient, and prices of a shared resource (docs/lookahead.md).
class lookahead {
  public:
    /// What it is tuned by; the defaults are good everywhere that was measured.
    struct options {
        int scarcity = 1000; ///< Thousandths of a place's size that it costs where no other is left.
        /// Of compute and GPUs of models that other tasks name, where as many are left as are wanted.
        int model_scarcity = 100;
        /// Of the CPU that a task leaves on its node, where the expected tasks ask for as much CPU by GPU as there is.
        int cpu_scarcity = 200;
        int step = 40;    ///< Milli-GPUs within which scores are alike.
        int offers = 240; ///< Tasks offered to a node before the outlook ends.
        /// Percent of what is wanted of a scarce place that its price counts on, at most 10,000; half as much again where
        /// nothing leaves.
        int reserve = 100;
        bool tasks_leave = true; ///< Whether tasks leave again. Where none does, room is kept as by lookahead_fill.
        gpu_memories memories{}; ///< Of the GPUs, to turn memory that tasks ask for into a part of them.
    };

    /// @param expected the tasks to come. Counts sum to at most 2^20. From an empty mix, all nodes score alike
    explicit lookahead(const task_mix& expected) : lookahead{expected, options{}} {}
    /// As above, with settings.
    lookahead(const task_mix& expected, const options& settings)
        : use_{expected, settings.offers, settings.memories}, typical_{fragmenting_tasks(expected, settings.memories)},
          several_{expected, settings.tasks_leave ? settings.reserve : std::min(settings.reserve * 3 / 2, 10'000),
                   [&settings, least = wants_instances(expected) ? 1 : 2](const request& request) {
                       return scarce_place(request, settings.memories, least);
                   }},
          named_{expected, scarcity_levels::most_model_sets, settings.memories}, cpu_{expected},
          instances_{.expected = expected}, settings_{settings}, by_instances_{wants_instances(expected)} {
        GPUPACK_EXPECTS(settings.step >= 1 && settings.scarcity >= 0 && settings.model_scarcity >= 0 &&
                            settings.cpu_scarcity >= 0,
                        "a step above 0, and scarcities that are not negative");
    }

    /// The scorer of one decision.
    [[nodiscard]] lookahead_scorer prepare(const decision& decision) const noexcept {
        lookahead_scorer scorer;
        scorer.use = use_.view();
        scorer.fall = {typical_.view()};
        scorer.several = several_.view();
        scorer.several.count = std::min(scorer.several.count, std::int32_t{scarcity_levels::most_classes});
        scorer.instances = detail::without_prices(decision.cluster, instances_.unit);
        if (settings_.tasks_leave) {
            scorer.typical = std::max<std::int64_t>(typical_.expected().total(), 1);
            scorer.step = settings_.step * lookahead_scorer::milli;
            price_places(scorer, decision.cluster);
            price_models(scorer, decision.cluster);
            scorer.levels.cpu = cpu_.level(decision.cluster);
            scorer.core_price = cpu_.price(lookahead_scorer::milli, settings_.cpu_scarcity, scorer.levels.cpu);
        } else {
            scorer.typical = std::int64_t{1} << 62; // so that fragments count for nothing
            keep_places(scorer, decision.cluster);
        }
        if (by_instances_) price_instances(scorer, decision.cluster);
        return scorer;
    }

    friend bool operator==(const lookahead& a, const lookahead& b) noexcept {
        return a.use_ == b.use_ && a.typical_ == b.typical_ && a.several_ == b.several_ && a.named_ == b.named_ &&
               a.cpu_ == b.cpu_ && a.settings_.tasks_leave == b.settings_.tasks_leave;
    }

  private:
    /// What a place costs that is kept for tasks that are still to come: more than any use of a node.
    static constexpr score kept = score{1} << 34;
    /// No price is above ten times the size of what it is for.
    static constexpr std::int64_t highest = 10'000;

    /// The tasks by which fragmentation is measured: FGD's typical ones. Those that ask for GPU memory count for the part
    /// of a GPU that they ask for, the others once: what large ones of them cannot use is lost, and by number alone the
    /// many small ones would decide.
    [[nodiscard]] static task_mix fragmenting_tasks(const task_mix& expected, const gpu_memories& memories) {
        const auto by_memory = [](const task_mix::entry& each) { return wants_gpu_memory(each.request); };
        if (std::none_of(expected.entries().begin(), expected.entries().end(), by_memory))
            return expected.typical(fgd_typical_percent);
        const std::int64_t times = std::clamp<std::int64_t>((std::int64_t{1} << 20) / expected.total(), 1, 64);
        task_mix weighted;
        for (const task_mix::entry& each : expected.entries()) {
            const std::int64_t part = by_memory(each) ? memories.part_of(each.request) : whole_gpu.count();
            weighted.add(each.request, std::max<std::int64_t>(each.count * times * part / whole_gpu.count(), 1));
        }
        return weighted.typical(fgd_typical_percent);
    }

    /// The whole GPUs that a request takes, where places of its sort are scarce: several GPUs, or with MIG also one; or one for
    /// a slice that only some models have the memory for, and of which they have room for one.
    [[nodiscard]] static std::optional<request> scarce_place(const request& request, const gpu_memories& memories,
                                                             int least_gpus) {
        if (request.share.way() == sharing::exclusive)
            return request.gpus >= least_gpus ? std::optional{request} : std::nullopt;
        if (request.gpus == 0 || !wants_gpu_memory(request)) return std::nullopt;
        gpupack::request place = request;
        place.models = memories.large_enough(request);
        if (place.models == request.models || place.models.empty()) return std::nullopt;
        if (2 * memories.part_of(place) <= whole_gpu.count()) return std::nullopt;
        place.share = exclusive{};
        return place;
    }

    [[nodiscard]] static bool wants_instances(const task_mix& expected) noexcept {
        return std::any_of(expected.entries().begin(), expected.entries().end(), [](const task_mix::entry& each) {
            return each.request.gpus > 0 && each.request.share.way() == sharing::mig;
        });
    }

    /// Where nothing leaves: as many places are kept as the tasks will want that come until the cluster is full.
    void keep_places(lookahead_scorer& scorer, const cluster& cluster) const noexcept {
        const std::uint32_t tight = several_.tight(cluster);
        for (int c = 0; c < scorer.several.count; ++c) {
            scorer.levels.whole[c] = static_cast<std::uint8_t>(tight >> c & 1U);
            scorer.whole_price[c] = scorer.levels.whole[c] != 0 ? kept : 0;
        }
    }

    void price_places(lookahead_scorer& scorer, const cluster& cluster) const noexcept {
        for (int c = 0; c < scorer.several.count; ++c) {
            const auto index = static_cast<std::size_t>(c);
            const scarce_class& scarce = scorer.several.classes[c];
            const std::int64_t demand = several_.held_at_full_load(index, cluster);
            std::int64_t thousandths = 0;
            if (scarce.gpus == 1 && !(scarce.models == model_set::any())) {
                scorer.levels.whole[c] = scarcity_level::of(demand, several_.places(index, cluster, demand));
                thousandths = scarcity_level::times(settings_.model_scarcity, scorer.levels.whole[c]);
            } else {
                const std::int64_t left = several_.places(index, cluster, place_level::enough(demand));
                scorer.levels.whole[c] = place_level::of(demand, left);
                thousandths = place_level::times(settings_.scarcity, scorer.levels.whole[c]);
            }
            scorer.whole_price[c] = std::min(thousandths, highest) * scarce.gpus * lookahead_scorer::milli;
        }
    }

    void price_models(lookahead_scorer& scorer, const cluster& cluster) const noexcept {
        for (std::size_t m = 0; m < named_.size(); ++m) {
            scorer.named[m] = named_.models(m);
            scorer.levels.models[m] =
                scarcity_level::of(named_.held_at_full_load(m, cluster), named_.free_gpus(m, cluster));
            const std::int64_t thousandths =
                std::min(scarcity_level::times(settings_.model_scarcity, scorer.levels.models[m]), highest);
            scorer.model_price[m] = thousandths * lookahead_scorer::milli / 1000;
        }
    }

    void price_instances(lookahead_scorer& scorer, const cluster& cluster) const noexcept {
        scorer.by_instances = true;
        detail::for_each_priced(instances_.expected, [&](const request& request, score percent) {
            if (request.share.way() == sharing::exclusive) return;
            detail::price_profiles(scorer.instances, cluster, request, true, [&](std::int64_t places) {
                return mig_scarcity::price(instances_.scale, instances_.base, percent, places);
            });
        });
        for (std::size_t t = 0; t < cluster.mig_tables().size(); ++t)
            for (std::size_t p = 0; p < partition_table::most_profiles; ++p) {
                const rounded_price rounded = rounded_price::of(scorer.instances.prices[t][p]);
                scorer.instances.prices[t][p] = rounded.price;
                scorer.levels.mig[t][p] = rounded.code;
            }
        // Eight units are a GPU.
        for (int c = 0; c < scorer.several.count; ++c) {
            const scarce_class& scarce = scorer.several.classes[c];
            scorer.instances.whole[c] = {scarce.gpus, scarce.models,
                                         scorer.whole_price[c] / lookahead_scorer::milli * 8 * instances_.unit / 1000};
        }
        scorer.instances.whole_count = scorer.several.count;
    }

    opportunity_value_table use_;
    fragmentation_table typical_;
    reserved_capacity_table several_;
    named_models named_;
    cpu_shortage cpu_;
    mig_scarcity instances_;
    options settings_;
    bool by_instances_ = false;
};

} // namespace gpupack::policy
