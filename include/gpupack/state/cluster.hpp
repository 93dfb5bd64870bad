// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/state/booking.hpp>
#include <gpupack/state/domain_map.hpp>
#include <gpupack/state/domain_state.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_type_state.hpp>
#include <gpupack/state/ledger.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/split.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/node_type.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/placement_counts.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

class gpu_names;
class label_table;
class link_table;
class model_table;

/// The nodes of a cluster, what is placed on them, and what is free.
///
/// Built by cluster_builder, so that it is valid from the start. A copy is an independent what-if: placements made
/// before the copy may be released in either, those made after it only where they were made.
/// Memory: 36 bytes a node and 16 a GPU, 148 a domain or a node type, and 48 a live placement.
class cluster {
  public:
    /// The number of nodes.
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    /// The number of GPUs of all nodes.
    [[nodiscard]] std::size_t gpu_count() const noexcept { return gpus_.size(); }
    /// The GPU models.
    [[nodiscard]] const model_table& models() const noexcept { return *models_; }
    /// The labels of its nodes and GPUs.
    [[nodiscard]] const label_table& labels() const noexcept { return *labels_; }
    /// The ids of its GPUs, where their owner gave any.
    [[nodiscard]] const gpu_names& gpu_ids() const noexcept { return *gpu_ids_; }
    /// The distinct types of its nodes.
    [[nodiscard]] const std::vector<node_type>& types() const noexcept { return types_; }

    /// One way in which GPUs of the cluster are cut by MIG, and what is free of it.
    struct mig_places {
        const partition_table* table = nullptr;         ///< the profiles and their placements
        std::shared_ptr<const placement_counts> counts; ///< the placements left for each profile, by state of a GPU
        /// [table->profile_count] the placements that are free now, over all open GPUs that are idle or in MIG
        std::array<std::int64_t, partition_table::most_profiles> open{};
    };

    /// A view of the node; valid until the cluster moves, goes, or changes that node.
    [[nodiscard, GPUPACK_HOT]] node_view operator[](node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node location = places_[id.number()];
        return {id, types_[location.type], nodes_[id.number()], gpus_.data() + location.first_gpu};
    }

    /// The node as a flat record.
    [[nodiscard]] node_row row(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node location = places_[id.number()];
        return {id, location.type, location.first_gpu, nodes_[id.number()]};
    }
    /// A view of a row of this cluster, or of one that it was copied from. Valid while the row is; the node must not
    /// have changed since the row was made.
    [[nodiscard]] node_view view(const node_row& row) const noexcept {
        return {row.id, types_[row.type], row.state, gpus_.data() + row.first_gpu};
    }

    /// The name given to the node, or "node 17" where it has none.
    [[nodiscard]] std::string name(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const bool named = id.number() < names_.size() && !names_[id.number()].empty();
        return named ? names_[id.number()] : std::string{"node "}.append(std::to_string(id.number()));
    }

    /// The name given to the node; empty where it has none.
    [[nodiscard]] std::string_view given_name(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        return id.number() < names_.size() ? std::string_view{names_[id.number()]} : std::string_view{};
    }

    /// The MIG tables of this cluster's GPUs, numbered as gpu_capacity::mig_number says.
    [[nodiscard]] const std::vector<mig_places>& mig_tables() const noexcept { return mig_; }

    /// Its domains; the cluster alone where its builder got none.
    [[nodiscard]] const domain_tree& domains() const noexcept { return domains_->tree(); }
    /// The narrowest domain that the node stands in.
    [[nodiscard]] domain_id domain_of(node_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        return domains_->of(id);
    }
    /// The nodes in a domain, those in narrower domains within it counted in.
    [[nodiscard]] node_range nodes_in(domain_id domain) const {
        GPUPACK_EXPECTS(domain.number() < domains().size(), "a domain of this cluster");
        return domains_->nodes(domain);
    }
    /// What is free in a domain, added up. Cost: constant; it is kept up to date.
    [[nodiscard]] const domain_state& free_in(domain_id domain) const {
        GPUPACK_EXPECTS(domain.number() < domains().size(), "a domain of this cluster");
        return domain_free_[domain.number()];
    }

    /// What is free on the nodes of a type, an index into types(), added up. Cost: constant; it is kept up to date.
    [[nodiscard]] const node_type_state& free_of_type(std::size_t type) const {
        GPUPACK_EXPECTS(type < types_.size(), "a type of this cluster");
        return type_free_[type];
    }

    /// Compute of all GPUs, oversubscription counted in.
    [[nodiscard]] milli_gpu compute() const noexcept { return compute_; }
    /// Compute of all GPUs that is free now. Cost: constant.
    [[nodiscard]] milli_gpu compute_free() const noexcept { return compute_free_; }
    /// Compute that live placements hold beyond what was asked for, by policies that round up.
    [[nodiscard]] milli_gpu rounding_overhead() const noexcept { return rounding_overhead_; }
    /// The number of placements that are live.
    [[nodiscard]] std::size_t live_placements() const noexcept { return ledger_.live(); }
    /// Makes room, so that no allocation happens while that many placements are live.
    void reserve(std::size_t placements) { ledger_.reserve(placements); }

    /// Takes the resources of a request on a node, where they must fit (fit::fits_on).
    ///
    /// @param id  the node
    /// @param gpus  the GPUs on it, as many as the request asks for
    /// @param request  the request, rounded up where a request rule does so
    /// @param slots  for instances, the slot on each of the GPUs
    /// @param rounding_overhead  compute of each GPU that the request rule added
    /// @return the receipt with which to give it all back
    placement take(node_id id, gpu_set gpus, const request& request, slot_list slots = {}, milli_gpu rounding_overhead = {}) {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        GPUPACK_EXPECTS(gpus.size() == request.gpus, "as many GPUs as the request asks for");
        node_state& node = nodes_[id.number()];
        GPUPACK_EXPECTS(request.cpu.count() <= node.cpu_free && request.memory.count() <= node.memory_free,
                        "a request that fits the node");
        const place_of_node location = places_[id.number()];
        count_in_type(node, location, -1);
        count_open(location, gpus, -1);
        const split_memory pieces = book(node, gpus_.data() + location.first_gpu, types_[location.type], request, gpus, slots);
        if (request.gpus > 0) {
            count_open(location, gpus, 1);
            sum_up(id, location);
        }
        count_in_type(node, location, 1);
        rounding_overhead_ += rounding_overhead * gpus.size();
        placement receipt = ledger_.enter(request, id, gpus, slots, rounding_overhead, pieces);
        receipt.cluster = identity_;
        return receipt;
    }

    /// Gives back exactly what the placement took. It must be live here: a second release, or a placement of
    /// another cluster, is a programming error.
    void give_back(const placement& receipt) {
        GPUPACK_EXPECTS(receipt.cluster == identity_, "a placement of this cluster, not of another");
        const ledger::entry entry = ledger_.strike(receipt);
        const place_of_node location = places_[entry.node.number()];
        node_state& node = nodes_[entry.node.number()];
        count_in_type(node, location, -1);
        count_open(location, entry.gpus, -1);
        unbook(node, gpus_.data() + location.first_gpu, types_[location.type], milli_cpu{entry.cpu}, mebibytes{entry.memory},
               entry.share_taken(), entry.gpus, entry.slots, ledger_.pieces_of(entry));
        if (!entry.gpus.empty()) {
            rounding_overhead_ -= milli_gpu{entry.rounding_overhead} * entry.gpus.size();
            count_open(location, entry.gpus, 1);
            sum_up(entry.node, location);
        }
        count_in_type(node, location, 1);
    }

    /// Closes or opens GPUs of a node: nothing more is placed on a closed one (unhealthy, cordoned); what is on it
    /// stays and may be released.
    void set_closed(node_id id, gpu_set gpus, bool closed) {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        const place_of_node location = places_[id.number()];
        GPUPACK_EXPECTS((gpus & gpu_set::first(types_[location.type].gpu_count)) == gpus, "GPUs that the node has");
        count_in_type(nodes_[id.number()], location, -1);
        count_open(location, gpus, -1);
        for_each_gpu(gpus, [&](int i) { gpus_[location.first_gpu + static_cast<std::uint32_t>(i)].closed = closed; });
        count_open(location, gpus, 1);
        sum_up(id, location);
        count_in_type(nodes_[id.number()], location, 1);
    }
    /// Closes or opens a node, for whatever asks for GPUs or not.
    void set_closed(node_id id, bool closed) {
        GPUPACK_EXPECTS(id.number() < size(), "the id of a node of this cluster");
        node_state& node = nodes_[id.number()];
        const int before = idle_gpus_of(node);
        count_in_type(node, places_[id.number()], -1);
        node.closed = closed;
        count_in_type(node, places_[id.number()], 1);
        count_in_domains(id, before, idle_gpus_of(node), 0);
    }

    /// The instance that a live or past placement has on the nth of its GPUs, as the driver names it.
    ///
    /// @param placed  the placement
    /// @param nth  which of its GPUs, from 0, lowest first
    /// @param way  how it shares its GPUs: mig or vgpu
    /// @return the name of the profile, and the start
    [[nodiscard]] mig::gpu_instance instance_on(const placement& placed, int nth, sharing way) const {
        GPUPACK_EXPECTS(placed.node.number() < size() && nth < placed.gpus.size(), "a placement of this cluster");
        gpu_set rest = placed.gpus;
        for (int i = 0; i < nth; ++i) rest.erase(rest.lowest());
        const partition_table* const table =
            types_[places_[placed.node.number()].type].gpus[rest.lowest()].table(way);
        GPUPACK_EXPECTS(table != nullptr && placed.slots[nth] < table->slot_count, "a placement of instances");
        const partition_slot& slot = table->slots[placed.slots[nth]];
        return {table->profiles[slot.profile].name, slot.start};
    }

    /// MiB that a live placement of a split slice has on the nth of its GPUs.
    [[nodiscard]] mebibytes memory_on(const placement& placed, int nth) const {
        GPUPACK_EXPECTS(ledger_.holds(placed) && nth < placed.gpus.size(), "a live placement of this cluster");
        const ledger::entry& entry = ledger_[placed];
        GPUPACK_EXPECTS(entry.pieces != ledger::no_pieces, "a placement of a split slice");
        return mebibytes{ledger_.pieces_of(entry).memory[nth]};
    }

    /// Whether two clusters have the same free resources on the same nodes.
    [[nodiscard]] bool same_state(const cluster& other) const noexcept {
        const auto same_open = [](const mig_places& a, const mig_places& b) { return a.open == b.open; };
        return nodes_ == other.nodes_ && domain_free_ == other.domain_free_ && type_free_ == other.type_free_ &&
               gpus_ == other.gpus_ && compute_free_ == other.compute_free_ && rounding_overhead_ == other.rounding_overhead_ &&
               std::equal(mig_.begin(), mig_.end(), other.mig_.begin(), other.mig_.end(), same_open);
    }

  private:
    friend class cluster_builder;
    friend class snapshot_feed;

    struct place_of_node {
        std::uint32_t type;
        std::uint32_t first_gpu;
    };

    cluster() = default;

    /// Brings the sums of a node, of its domains and of the cluster up to date with its GPUs.
    void sum_up(node_id id, place_of_node location) noexcept {
        node_state& node = nodes_[id.number()];
        const int idle = idle_gpus_of(node);
        const std::int32_t compute = node.compute_free;
        sum_up_gpus(node, gpus_.data() + location.first_gpu, types_[location.type].gpu_count);
        compute_free_ += milli_gpu{node.compute_free - compute};
        count_in_domains(id, idle, idle_gpus_of(node), node.compute_free - compute);
    }

    /// Counts a node in (sign 1) or out (sign -1) of what is free on its type.
    void count_in_type(const node_state& node, place_of_node location, int sign) noexcept {
        type_free_[location.type].count(node, types_[location.type], sign);
    }

    /// GPUs that may be given whole now; none of a closed node.
    [[nodiscard]] static int idle_gpus_of(const node_state& node) noexcept {
        return node.closed ? 0 : node.idle_gpus;
    }

    /// Tells the domains of a node that its idle GPUs, and its free compute, have changed.
    void count_in_domains(node_id id, int idle_before, int idle_now, std::int32_t more_compute) noexcept {
        if (domain_free_.empty()) return;
        for (domain_id domain = domains_->of(id);; domain = domains_->tree()[domain].parent) {
            domain_state& sums = domain_free_[domain.number()];
            sums.compute_free += more_compute;
            sums.idle_gpus += idle_now - idle_before;
            --sums.by_idle[static_cast<std::size_t>(idle_before)];
            ++sums.by_idle[static_cast<std::size_t>(idle_now)];
            if (domain == domain_id{}) return;
        }
    }

    /// Adds (sign 1) or takes off (sign -1) the MIG places that are free on some GPUs of a node.
    void count_open(place_of_node location, gpu_set gpus, int sign) noexcept {
        if (mig_.empty()) return;
        for_each_gpu(gpus, [&](int i) {
            count_open(types_[location.type].gpus[i], gpus_[location.first_gpu + static_cast<std::uint32_t>(i)], sign);
        });
    }
    void count_open(const gpu_capacity& capacity, const gpu_state& gpu, int sign) noexcept {
        if (capacity.mig == nullptr || gpu.closed || (gpu.way != sharing::idle && gpu.way != sharing::mig)) return;
        mig_places& places = mig_[capacity.mig_number];
        const placement_counts_view counts = places.counts->view();
        const std::uint64_t occupied = gpu.way == sharing::mig ? gpu.occupied() : 0;
        for (int p = 0; p < counts.profiles; ++p)
            places.open[static_cast<std::size_t>(p)] += sign * counts.places(occupied, p);
    }

    /// A copy to look at: without placements that could be released.
    [[nodiscard]] cluster without_ledger() const {
        cluster copy = *this;
        copy.ledger_ = {};
        copy.identity_ = 0;
        return copy;
    }

    /// Makes one node what it is in the cluster that this one was copied from.
    void copy_node(const cluster& source, const node_row& row) noexcept {
        nodes_[row.id.number()] = row.state;
        const gpu_state* const gpus = source.gpus_.data() + row.first_gpu;
        std::copy(gpus, gpus + types_[row.type].gpu_count, gpus_.data() + row.first_gpu);
    }

    /// Makes what is counted over all nodes what it is in the cluster that this one was copied from.
    void copy_totals(const cluster& source) noexcept {
        compute_free_ = source.compute_free_;
        rounding_overhead_ = source.rounding_overhead_;
        domain_free_ = source.domain_free_;
        type_free_ = source.type_free_;
        for (std::size_t t = 0; t < source.mig_.size(); ++t) mig_[t].open = source.mig_[t].open;
    }

    // The same in all copies.
    std::shared_ptr<const model_table> models_;
    std::shared_ptr<const label_table> labels_;
    std::shared_ptr<const gpu_names> gpu_ids_;
    std::vector<std::shared_ptr<const partition_table>> partitions_; // which the types point to
    std::vector<std::shared_ptr<const link_table>> links_;           // and these
    std::vector<mig_places> mig_;
    std::shared_ptr<const domain_map> domains_;
    std::vector<domain_state> domain_free_; // [domains]
    std::vector<node_type_state> type_free_; // [types]
    std::vector<node_type> types_;
    std::vector<place_of_node> places_;
    std::vector<node_state> nodes_;
    std::vector<gpu_state> gpus_;
    std::vector<std::string> names_;
    ledger ledger_;
    milli_gpu compute_{};
    milli_gpu compute_free_{};
    milli_gpu rounding_overhead_{};
    std::uint32_t identity_ = 0;
};

} // namespace gpupack
