// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/plan/detail/gang_board.hpp>
#include <gpupack/plan/detail/gang_capacity.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan::detail {

/// How many members of a gang of equal members each node of a domain can take, and how they are shared out.
class gang_shares {
  public:
    /// @param board   of a gang of one part, with nobody assigned; as before afterwards
    /// @param domain  whose nodes are used
    gang_shares(gang_board& board, domain_id domain)
        : cluster_{board.cluster()}, domain_{domain}, nodes_{cluster_.nodes_in(domain)}, capacity_(nodes_.size()),
          shares_(nodes_.size()), up_to_(nodes_.size() + 1) {
        const std::int64_t most = std::min<std::int64_t>(board.gang().most_per_node, board.gang().members());
        std::size_t i = 0;
        for (const node_id node : nodes_) {
            capacity_[i] = capacity_of(board, node, most);
            if (capacity_[i] < board.gang().least_per_node) capacity_[i] = 0;
            up_to_[i + 1] = up_to_[i] + capacity_[i];
            ++i;
        }
    }

    /// Members that the domain can take.
    [[nodiscard]] std::int64_t capacity() const noexcept { return up_to_.back(); }

    /// Shares the members out over the nodes.
    ///
    /// @param members  no more than capacity()
    /// @param layout   over few nodes, or evenly over many
    /// @param least    members on each node that is used
    /// @return         false where no way has that many on each node used
    [[nodiscard]] bool share_out(std::int64_t members, gang_layout layout, int least) {
        if (least > 1) return share_out_over_nodes(members, layout, least);
        share_out_in(domain_, members, layout);
        return true;
    }

    /// Calls visit(node, members) for each node that gets some.
    template <class Visit> void for_each_share(Visit&& visit) const {
        std::size_t i = 0;
        for (const node_id node : nodes_) {
            if (shares_[i] > 0) visit(node, shares_[i]);
            ++i;
        }
    }

  private:
    /// A part of a domain that members may go to: a domain within it, or a node.
    struct option {
        std::int64_t room = 0;    // members that it can take
        std::int64_t idle = 0;    // GPUs
        std::uint32_t number = 0; // of the domain, or of the node in nodes_
        bool is_node = false;
        std::int64_t share = 0; // members that it gets
    };

    /// Whole GPUs of any model are counted; for anything else, members are assigned until one does not fit.
    [[nodiscard]] static std::int64_t capacity_of(gang_board& board, node_id id, std::int64_t most) {
        const request& request = board.request(0);
        const node_view node = board.view(id);
        if (!board.fits(0, id)) return 0;
        const bool plain = request.gpus == 0 || (request.share.way() == sharing::exclusive && !request.selects() &&
                                                 request.numa == numa_alignment::none &&
                                                 (node.type().models.bits() & ~request.models.bits()) == 0);
        if (plain) return most_members(node, request, most);
        std::int64_t members = 0;
        for (; members < most && board.fits(0, id); ++members) board.assign(0, id);
        board.unassign(0);
        return members;
    }

    [[nodiscard]] std::int64_t capacity_of(domain_id domain) const {
        const node_range nodes = cluster_.nodes_in(domain);
        const auto first = static_cast<std::size_t>(nodes.begin() - nodes_.begin());
        return up_to_[first + nodes.size()] - up_to_[first];
    }

    /// The direct parts of a domain: its own nodes, which stand before those of domains within it, and those.
    [[nodiscard]] std::vector<option> options_of(domain_id domain) const {
        std::vector<option> options;
        const node_range nodes = cluster_.nodes_in(domain);
        for (const node_id& node : nodes) {
            if (!(cluster_.domain_of(node) == domain)) break;
            const auto nth = static_cast<std::size_t>(&node - nodes_.begin());
            if (capacity_[nth] > 0)
                options.push_back({capacity_[nth], cluster_[node].idle_gpus(), static_cast<std::uint32_t>(nth), true});
        }
        for (const domain_id child : cluster_.domains().children(domain))
            if (const std::int64_t room = capacity_of(child); room > 0)
                options.push_back({room, cluster_.free_in(child).idle_gpus, child.number(), false});
        return options;
    }

    void share_out_in(domain_id domain, std::int64_t members, gang_layout layout) {
        std::vector<option> options = options_of(domain);
        if (layout == gang_layout::pack)
            fill(options, members);
        else
            spread(options, members);
        for (const option& each : options) {
            if (each.share == 0) continue;
            if (each.is_node)
                shares_[each.number] = each.share;
            else
                share_out_in(domain_id{each.number}, each.share, layout);
        }
    }

    /// Fills those with the most room first, and puts the rest where it fits most tightly.
    static void fill(std::vector<option>& options, std::int64_t members) {
        std::stable_sort(options.begin(), options.end(), [](const option& a, const option& b) {
            return a.room != b.room ? a.room > b.room : a.idle < b.idle;
        });
        for (std::size_t i = 0; i < options.size() && members > 0; ++i) {
            if (options[i].room < members) {
                options[i].share = options[i].room;
                members -= options[i].share;
                continue;
            }
            std::size_t tightest = i;
            for (std::size_t j = i; j < options.size() && options[j].room >= members; ++j)
                if (options[j].room < options[tightest].room) tightest = j;
            options[tightest].share = members;
            return;
        }
    }

    /// Gives everyone one more in turn, lowest first, as long as there is room.
    static void spread(std::vector<option>& options, std::int64_t members) {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < options.size(); ++i)
            if (options[i].share < options[i].room) open.push_back(i);
        while (members > 0 && !open.empty()) {
            std::int64_t least = std::numeric_limits<std::int64_t>::max();
            for (const std::size_t i : open) least = std::min(least, options[i].room - options[i].share);
            const std::int64_t each = std::min(least, members / static_cast<std::int64_t>(open.size()));
            for (const std::size_t i : open) options[i].share += each;
            members -= each * static_cast<std::int64_t>(open.size());
            if (each == 0) {
                for (const std::size_t i : open) {
                    if (members == 0) break;
                    ++options[i].share;
                    --members;
                }
            }
            std::erase_if(open, [&](std::size_t i) { return options[i].share >= options[i].room; });
        }
    }

    /// Gives each node that is used a least number, over the nodes with the most room: as few as will do, or as many.
    [[nodiscard]] bool share_out_over_nodes(std::int64_t members, gang_layout layout, int least) {
        std::vector<option> options;
        for (std::size_t i = 0; i < capacity_.size(); ++i)
            if (capacity_[i] > 0) options.push_back({capacity_[i], 0, static_cast<std::uint32_t>(i), true});
        std::stable_sort(options.begin(), options.end(),
                         [](const option& a, const option& b) { return a.room > b.room; });
        std::int64_t room = 0;
        std::size_t count = 0;
        while (count < options.size() && room < members) {
            room += options[count].room;
            ++count;
        }
        if (room < members || static_cast<std::int64_t>(count) * least > members) return false;
        if (layout == gang_layout::spread) count = std::min(options.size(), static_cast<std::size_t>(members / least));
        options.resize(count);
        for (option& each : options) each.share = least;
        members -= static_cast<std::int64_t>(count) * least;
        if (layout == gang_layout::spread)
            spread(options, members);
        else
            for (option& each : options) {
                const std::int64_t more = std::min(members, each.room - each.share);
                each.share += more;
                members -= more;
            }
        for (const option& each : options) shares_[each.number] = each.share;
        return true;
    }

    const cluster& cluster_;
    domain_id domain_;
    node_range nodes_;
    std::vector<std::int64_t> capacity_; // [nodes]  members that each can take
    std::vector<std::int64_t> shares_;   // [nodes]  members that each gets
    std::vector<std::int64_t> up_to_;    // [nodes + 1]  capacities added up
};

} // namespace gpupack::plan::detail
