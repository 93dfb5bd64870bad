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

/// How many members of a gang of equal members each node of a domain has room for, and how they are shared out.
template <class Board> class gang_rooms {
  public:
    /// board  of a gang of one part, with nobody seated
    gang_rooms(Board& board, domain_id in)
        : on_{board.on()}, in_{in}, nodes_{on_.nodes_in(in)}, rooms_(nodes_.size()), shares_(nodes_.size()),
          up_to_(nodes_.size() + 1) {
        const std::int64_t most = std::min<std::int64_t>(board.wanted().most_per_node, board.wanted().members());
        std::size_t i = 0;
        for (const node_id node : nodes_) {
            rooms_[i] = room_on(board, node, most);
            if (rooms_[i] < board.wanted().least_per_node) rooms_[i] = 0;
            up_to_[i + 1] = up_to_[i] + rooms_[i];
            ++i;
        }
    }

    /// Members that the domain has room for.
    [[nodiscard]] std::int64_t all() const noexcept { return up_to_.back(); }

    /// Shares the members out over the nodes; there must be room. False where no way has `least` on each node used.
    [[nodiscard]] bool share_out(std::int64_t members, gang_layout layout, int least) {
        if (least > 1) return share_out_by(members, layout, least);
        share_out_in(in_, members, layout);
        return true;
    }

    /// Calls seat(node, members) for each node that gets some.
    template <class Seat> void for_each_share(Seat&& seat) const {
        std::size_t i = 0;
        for (const node_id node : nodes_) {
            if (shares_[i] > 0) seat(node, shares_[i]);
            ++i;
        }
    }

  private:
    /// A part of a domain that members may go to: a domain within it, or a node.
    struct option {
        std::int64_t room = 0;
        std::int64_t idle = 0;    // GPUs
        std::uint32_t number = 0; // of the domain, or of the node in nodes_
        bool is_node = false;
        std::int64_t share = 0;
    };

    /// Whole GPUs of any kind are counted; for anything else, members are seated until one has no room.
    [[nodiscard]] static std::int64_t room_on(Board& board, node_id id, std::int64_t most) {
        const request& request = board.request(0);
        const node_view node = board.view(id);
        if (!board.has_room(0, id)) return 0;
        const bool plain = request.gpus == 0 || (request.share.way() == sharing::exclusive && !request.selects() &&
                                               request.numa == numa_alignment::none &&
                                               (node.type().models.bits() & ~request.models.bits()) == 0);
        if (plain) return most_members(node, request, most);
        std::int64_t room = 0;
        for (; room < most && board.has_room(0, id); ++room) board.seat_one(0, id);
        board.leave(0);
        return room;
    }

    [[nodiscard]] std::int64_t room_in(domain_id domain) const {
        const node_range within = on_.nodes_in(domain);
        const auto first = static_cast<std::size_t>(within.begin() - nodes_.begin());
        return up_to_[first + within.size()] - up_to_[first];
    }

    /// The direct parts of a domain: its own nodes, which stand before those of domains within it, and those.
    [[nodiscard]] std::vector<option> options_of(domain_id domain) const {
        std::vector<option> options;
        const node_range within = on_.nodes_in(domain);
        for (const node_id& node : within) {
            if (!(on_.domain_of(node) == domain)) break;
            const auto at = static_cast<std::size_t>(&node - nodes_.begin());
            if (rooms_[at] > 0)
                options.push_back({rooms_[at], on_[node].idle_gpus(), static_cast<std::uint32_t>(at), true});
        }
        for (const domain_id child : on_.domains().children(domain))
            if (const std::int64_t room = room_in(child); room > 0)
                options.push_back({room, on_.free_in(child).idle_gpus, child.number(), false});
        return options;
    }

    void share_out_in(domain_id domain, std::int64_t members, gang_layout layout) {
        std::vector<option> options = options_of(domain);
        if (layout == gang_layout::pack)
            fill(options, members);
        else
            spread(options, members, [](const option& each) { return each.room; });
        for (const option& each : options) {
            if (each.share == 0) continue;
            if (each.is_node)
                shares_[each.number] = each.share;
            else
                share_out_in(domain_id{each.number}, each.share, layout);
        }
    }

    /// Fills the roomiest, and puts what is left where it fits most tightly.
    static void fill(std::vector<option>& options, std::int64_t members) {
        std::stable_sort(options.begin(), options.end(), [](const option& a, const option& b) {
            return a.room != b.room ? a.room > b.room : a.idle < b.idle;
        });
        for (std::size_t i = 0; i < options.size() && members > 0; ++i) {
            if (options[i].room < members) {
                members -= options[i].share = options[i].room;
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
    template <class Room> static void spread(std::vector<option>& options, std::int64_t members, Room room) {
        std::vector<std::size_t> open(options.size());
        for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
        while (members > 0 && !open.empty()) {
            std::int64_t least = std::numeric_limits<std::int64_t>::max();
            for (const std::size_t i : open) least = std::min(least, room(options[i]) - options[i].share);
            const std::int64_t each = std::min(least, members / static_cast<std::int64_t>(open.size()));
            for (const std::size_t i : open) options[i].share += each;
            members -= each * static_cast<std::int64_t>(open.size());
            if (each == 0) {
                for (const std::size_t i : open)
                    if (members > 0) {
                        ++options[i].share;
                        --members;
                    }
            }
            std::erase_if(open, [&](std::size_t i) { return options[i].share >= room(options[i]); });
        }
    }

    /// With a least number on each node, over the roomiest nodes: as few as will do, or as many.
    [[nodiscard]] bool share_out_by(std::int64_t members, gang_layout layout, int least) {
        std::vector<option> options;
        for (std::size_t i = 0; i < rooms_.size(); ++i)
            if (rooms_[i] > 0) options.push_back({rooms_[i], 0, static_cast<std::uint32_t>(i), true});
        std::stable_sort(options.begin(), options.end(),
                         [](const option& a, const option& b) { return a.room > b.room; });
        std::int64_t room = 0;
        std::size_t count = 0;
        while (count < options.size() && room < members) room += options[count++].room;
        if (room < members || static_cast<std::int64_t>(count) * least > members) return false;
        if (layout == gang_layout::spread)
            count = std::min(options.size(), static_cast<std::size_t>(members / least));
        options.resize(count);
        for (option& each : options) each.share = least;
        members -= static_cast<std::int64_t>(count) * least;
        if (layout == gang_layout::spread)
            spread(options, members, [](const option& each) { return each.room; });
        else
            for (option& each : options) {
                const std::int64_t more = std::min(members, each.room - each.share);
                each.share += more;
                members -= more;
            }
        for (const option& each : options) shares_[each.number] = each.share;
        return true;
    }

    const cluster& on_;
    domain_id in_;
    node_range nodes_;
    std::vector<std::int64_t> rooms_;  // [nodes]
    std::vector<std::int64_t> shares_; // [nodes]  members that each gets
    std::vector<std::int64_t> up_to_;  // [nodes + 1]  rooms added up
};

} // namespace gpupack::plan::detail
