// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/cluster_view.hpp>
#include <gpupack/gpu/detail/batch_trees.hpp>
#include <gpupack/gpu/detail/batch_workspace.hpp>
#include <gpupack/gpu/gpu_error.hpp>
#include <gpupack/gpu/space.hpp>
#include <gpupack/gpu/table_uploader.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu::detail {

/// Copies vectors to where the bodies of a space read them, with the tables that their entries point to, and keeps
/// them as long as it lives.
template <space Space> class space_copies {
  public:
    explicit space_copies(Space& space) : space_{&space}, tables_{memory{this}} {}
    space_copies(const space_copies&) = delete;
    space_copies& operator=(const space_copies&) = delete;

    /// The copy of a vector; null where there was no memory, and take_problem() says so.
    template <class Entry> [[nodiscard]] Entry* operator()(const std::vector<Entry>& entries) {
        std::vector<Entry> moved;
        moved.reserve(entries.size());
        for (const Entry& each : entries) moved.push_back(this->moved(each));
        return copied(moved.data(), moved.size());
    }
    /// Numbers, which point to nothing.
    [[nodiscard]] std::uint32_t* operator()(const std::vector<std::uint32_t>& numbers) {
        return copied(numbers.data(), numbers.size());
    }

    /// The entry, its pointers set to copies of its tables.
    template <class Entry> [[nodiscard]] Entry moved(const Entry& entry) {
        auto copy = tables_.moved(entry);
        if (copy) return *copy;
        if (!problem_) problem_ = copy.error();
        return entry;
    }

    /// What failed first in moving tables; failures of the space stand in its own take_problem().
    [[nodiscard]] std::optional<gpu_error> take_problem() noexcept {
        return std::exchange(problem_, std::nullopt);
    }

  private:
    /// The space as a table_uploader sees it.
    struct memory {
        space_copies* copies;
        expected<const void*, gpu_error> store(const void* bytes, std::size_t size) const {
            const void* const stored = copies->copied(static_cast<const unsigned char*>(bytes), size);
            if (stored == nullptr) return unexpected<gpu_error>{{"moving tables", 0, "no memory for them"}};
            return stored;
        }
    };

    template <class Entry> [[nodiscard]] Entry* copied(const Entry* source, std::size_t entries) {
        using array = typename Space::template array<Entry>;
        auto kept = std::make_shared<array>(space_->template allocate<Entry>(entries));
        space_->write(*kept, source, entries);
        Entry* const copy = kept->data();
        kept_.push_back(std::move(kept));
        return copy;
    }

    Space* space_;
    table_uploader<memory> tables_;
    std::vector<std::shared_ptr<void>> kept_;
    std::optional<gpu_error> problem_;
};

/// Owns in a space the trees and the log that a batch is placed with.
template <space Space, class Key> class batch_arrays {
  public:
    /// @param space         where the arrays live
    /// @param cluster       where placements are written
    /// @param trees         how many
    /// @param log_capacity  placements at most
    batch_arrays(Space& space, const writable_cluster_view& cluster, std::uint32_t trees, std::uint32_t log_capacity)
        : cluster_{cluster}, levels_{cluster.size}, log_capacity_{log_capacity},
          keys_{space.template allocate<Key>(std::size_t{trees} * levels_.entrants)},
          entered_{space.template allocate<std::uint8_t>(std::size_t{trees} * levels_.entrants)},
          winners_{space.template allocate<ranked_node<Key>>(std::size_t{trees} * levels_.winners)},
          seen_{space.template allocate<std::uint32_t>(trees)},
          latest_{space.template allocate<std::uint32_t>(std::size_t{cluster.size} + levels_.winners)},
          log_{space.template allocate<std::uint32_t>(log_capacity)},
          logged_{space.template allocate<std::uint32_t>(1)} {
        const std::uint32_t none = 0;
        space.write(logged_, &none, 1);
    }

    /// Valid while this lives.
    [[nodiscard]] batch_workspace<Key> workspace() noexcept {
        return {.cluster = cluster_,
                .trees = {keys_.data(), entered_.data(), winners_.data(), levels_},
                .seen = seen_.data(),
                .latest = latest_.data(),
                .log = log_.data(),
                .logged = logged_.data(),
                .log_capacity = log_capacity_};
    }

  private:
    template <class Entry> using array = typename Space::template array<Entry>;

    writable_cluster_view cluster_;
    tree_levels levels_;
    std::uint32_t log_capacity_;
    array<Key> keys_;
    array<std::uint8_t> entered_;
    array<ranked_node<Key>> winners_;
    array<std::uint32_t> seen_;
    array<std::uint32_t> latest_;
    array<std::uint32_t> log_;
    array<std::uint32_t> logged_;
};

} // namespace gpupack::gpu::detail
