// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/gpu/gpu_error.hpp>

#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Copies the tables that a value points to into other memory, and sets its pointers to the copies: how scorers and
/// node types come to the GPU.
///
/// What a value points to it says itself, by a member function for_each_table(visit) that calls visit(pointer, count)
/// for each pointer; a value without that member has none. Tables whose entries have tables are moved with them.
///
/// A table that was moved before is found again by its address and its content, so that equal pointers stay equal, and
/// a scorer that is prepared for every decision costs a look-up and a comparison a table. Memory that was freed and
/// holds another table now is copied again: the copy of what stood there before stays, for work under way may read it.
///
/// @tparam Memory  has store(bytes, size): an address with that content, for as long as the memory lives, or a gpu_error
template <class Memory> class table_uploader {
  public:
    /// Copies tables into that memory.
    explicit table_uploader(Memory memory) : memory_{std::move(memory)} {}

    /// A copy of the value whose pointers lead to tables in that memory.
    template <class Value> [[nodiscard]] expected<Value, gpu_error> moved(const Value& value) {
        static_assert(std::is_trivially_copyable_v<Value>, "a kernel takes flat values");
        Value copy = value;
        problem_.reset();
        move_tables(copy);
        if (problem_) return unexpected<gpu_error>{*problem_};
        return copy;
    }

    /// How many tables were stored so far; the same number as before: nothing new was met since.
    [[nodiscard]] std::size_t stored() const noexcept { return stored_; }

  private:
    template <class Value> void move_tables(Value& value) {
        const auto move = [&](auto& pointer, std::size_t count) { move_table(pointer, count); };
        if constexpr (requires { value.for_each_table(move); }) value.for_each_table(move);
    }

    template <class Entry> void move_table(const Entry*& pointer, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<Entry>, "a kernel reads flat tables");
        if (count == 0) pointer = nullptr;
        if (pointer == nullptr || problem_) return;
        const std::pair<const void*, std::size_t> key{pointer, count * sizeof(Entry)};
        if constexpr (points_on<Entry>) {
            std::vector<Entry> entries(pointer, pointer + count);
            for (Entry& entry : entries) move_tables(entry);
            if (!problem_) pointer = static_cast<const Entry*>(stored_at(key, entries.data()));
        } else {
            pointer = static_cast<const Entry*>(stored_at(key, pointer));
        }
    }

    struct moved_table {
        const void* address = nullptr;      ///< Of the copy.
        std::vector<unsigned char> content; ///< What was stored.
    };

    /// Where the content of a table is stored; stores it where it is not. Null where there is no memory for it.
    [[nodiscard]] const void* stored_at(const std::pair<const void*, std::size_t>& key, const void* content) {
        const std::size_t size = key.second;
        moved_table& known = moved_[key];
        if (known.address != nullptr && std::memcmp(known.content.data(), content, size) == 0) return known.address;
        const expected<const void*, gpu_error> stored = memory_.store(content, size);
        if (!stored) {
            problem_ = stored.error();
            return nullptr;
        }
        const auto* const bytes = static_cast<const unsigned char*>(content);
        known.content.assign(bytes, bytes + size);
        known.address = *stored;
        ++stored_;
        return known.address;
    }

    /// Whether the entries of a table point to further tables.
    template <class Entry> static constexpr bool points_on = requires(Entry& entry) {
        entry.for_each_table([](auto&, std::size_t) {});
    };

    Memory memory_;
    std::map<std::pair<const void*, std::size_t>, moved_table> moved_; // by where it stood, and its bytes
    std::size_t stored_ = 0;
    std::optional<gpu_error> problem_;
};

} // namespace gpupack::gpu
