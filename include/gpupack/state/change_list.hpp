#pragma once

#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpupack {

/// The nodes of a cluster in the order of their last change, so that each reader sees every node that changed since
/// it last looked, once.
///
/// memory  16 bytes a node, however many changes and readers
class change_list {
  public:
    /// A list on which no node has changed.
    explicit change_list(std::size_t nodes) : links_(nodes) {
        GPUPACK_EXPECTS(nodes < none, "fewer than 2^32 - 1 nodes");
    }

    /// The number of changes so far: what a reader remembers when it has looked.
    [[nodiscard]] std::uint64_t now() const noexcept { return now_; }

    /// Notes that the node changed. Cost: constant.
    void changed(node_id node) noexcept {
        const std::uint32_t n = node.number();
        link& moved = links_[n];
        if (n != newest_) {
            if (moved.newer != none) links_[moved.newer].older = moved.older; // it stands in the list already
            if (moved.older != none) links_[moved.older].newer = moved.newer;
            if (newest_ != none) links_[newest_].newer = n;
            moved.older = newest_;
            moved.newer = none;
            newest_ = n;
        }
        moved.changed = ++now_;
    }

    /// Calls visit(node) for every node that changed after `then`, an earlier now(); last change first.
    template <class Visit> void for_each_since(std::uint64_t then, Visit&& visit) const {
        for (std::uint32_t n = newest_; n != none && links_[n].changed > then; n = links_[n].older)
            visit(node_id{n});
    }

  private:
    static constexpr std::uint32_t none = 0xffffffffU;

    struct link {
        std::uint64_t changed = 0;
        std::uint32_t newer = none;
        std::uint32_t older = none;
    };

    std::vector<link> links_;
    std::uint32_t newest_ = none;
    std::uint64_t now_ = 0;
};

} // namespace gpupack
