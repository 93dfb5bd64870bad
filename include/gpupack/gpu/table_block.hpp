// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::gpu {

/// Tables that values point to, laid out in one piece of memory, so that one copy takes them to a GPU.
///
/// What a value points to it says itself, by a member function for_each_table(visit) that calls visit(pointer, count) for
/// each pointer; a value without that member has none. Tables of equal content stand in the block once.
///
/// Within the block, and in the values that pack() returns, pointers are bytes from its start. placed() makes them
/// addresses.
class table_block {
  public:
    /// The value with its pointers as offsets; what it points to is added to the block.
    template <class Value> [[nodiscard]] Value pack(Value value) {
        static_assert(std::is_trivially_copyable_v<Value>, "a kernel takes flat values");
        visit_tables(value, [this](auto& pointer, std::size_t count) { this->pack_pointer(pointer, count); });
        return value;
    }

    /// Adds a table and all that its entries point to, whether or not an equal one is there.
    ///
    /// @return its offset
    template <class Entry> std::size_t add(const Entry* entries, std::size_t count) {
        std::vector<std::size_t> pointers;
        const std::vector<unsigned char> content = packed_content(entries, count, pointers);
        return append(content, pointers);
    }

    /// A packed value whose pointers lead into the block, which stands at that address.
    template <class Value> [[nodiscard]] static Value placed(Value packed, const unsigned char* address) noexcept {
        visit_tables(packed, [address](auto& pointer, std::size_t) {
            if (pointer != nullptr) pointer = moved(pointer, address);
        });
        return packed;
    }

    /// The content of the block for that address.
    [[nodiscard]] std::vector<unsigned char> placed_at(const unsigned char* address) const {
        std::vector<unsigned char> content = bytes_;
        for (const std::size_t position : pointers_) {
            std::uintptr_t pointer = 0;
            std::memcpy(&pointer, content.data() + position, sizeof pointer);
            pointer += reinterpret_cast<std::uintptr_t>(address);
            std::memcpy(content.data() + position, &pointer, sizeof pointer);
        }
        return content;
    }

    /// The content, with offsets for pointers.
    [[nodiscard]] const std::vector<unsigned char>& bytes() const noexcept { return bytes_; }

    /// Takes all tables out. Memory stays.
    void clear() noexcept {
        bytes_.clear();
        pointers_.clear();
        known_.clear();
    }

  private:
    static constexpr std::size_t alignment = 16;

    struct table {
        std::size_t offset = 0;
        std::size_t size = 0;
    };

    template <class Value, class Visit> static void visit_tables(Value& value, Visit&& visit) {
        if constexpr (requires { value.for_each_table(visit); }) value.for_each_table(visit);
    }

    template <class Entry>
    [[nodiscard]] static const Entry* moved(const Entry* offset, const unsigned char* address) noexcept {
        return reinterpret_cast<const Entry*>(reinterpret_cast<std::uintptr_t>(address) +
                                              reinterpret_cast<std::uintptr_t>(offset));
    }

    template <class Entry> void pack_pointer(const Entry*& pointer, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<Entry>, "a kernel reads flat tables");
        if (count == 0) pointer = nullptr;
        if (pointer == nullptr) return;
        std::vector<std::size_t> pointers;
        const std::vector<unsigned char> content = packed_content(pointer, count, pointers);
        pointer = moved(static_cast<const Entry*>(nullptr),
                        reinterpret_cast<const unsigned char*>(offset_of(content, pointers)));
    }

    /// The bytes of a table whose entries have offsets for pointers, and where in it those stand.
    template <class Entry> [[nodiscard]] std::vector<unsigned char>
    packed_content(const Entry* entries, std::size_t count, std::vector<std::size_t>& pointers) {
        std::vector<unsigned char> content(count * sizeof(Entry));
        if (count > 0) std::memcpy(content.data(), entries, content.size());
        if constexpr (requires(Entry & entry) { entry.for_each_table([](auto&, std::size_t) {}); })
            for (std::size_t i = 0; i < count; ++i) {
                Entry entry = entries[i];
                entry.for_each_table([&](auto& pointer, std::size_t number) {
                    pack_pointer(pointer, number);
                    const auto place = reinterpret_cast<const unsigned char*>(&pointer) -
                                       reinterpret_cast<const unsigned char*>(&entry);
                    const std::size_t position = i * sizeof(Entry) + static_cast<std::size_t>(place);
                    std::memcpy(content.data() + position, &pointer, sizeof pointer);
                    if (pointer != nullptr) pointers.push_back(position);
                });
            }
        return content;
    }

    /// Where a table of that content stands; it is added where it does not.
    [[nodiscard]] std::size_t offset_of(const std::vector<unsigned char>& content,
                                        const std::vector<std::size_t>& pointers) {
        for (const table& each : known_)
            if (each.size == content.size() && std::memcmp(bytes_.data() + each.offset, content.data(), each.size) == 0)
                return each.offset;
        known_.push_back({append(content, pointers), content.size()});
        return known_.back().offset;
    }

    std::size_t append(const std::vector<unsigned char>& content, const std::vector<std::size_t>& pointers) {
        const std::size_t offset =
            bytes_.empty() ? alignment : (bytes_.size() + alignment - 1) / alignment * alignment; // 0 is null
        bytes_.resize(offset);
        bytes_.insert(bytes_.end(), content.begin(), content.end());
        for (const std::size_t each : pointers) pointers_.push_back(offset + each);
        return offset;
    }

    std::vector<unsigned char> bytes_;
    std::vector<std::size_t> pointers_; // where they stand in bytes_
    std::vector<table> known_;
};

/// A table_block in the memory of a space, copied again only where its content has changed.
template <class Space> class uploaded_tables {
  public:
    /// Copies to that space.
    explicit uploaded_tables(Space& space) noexcept : space_{&space} {}

    /// Whether it is the block's content that stands there.
    [[nodiscard]] bool holds(const table_block& block) const noexcept { return block.bytes() == content_; }

    /// Has the block there, in stream order: work that was started before still finds what was there.
    ///
    /// @return its address; null where it is empty, or where there was no memory and the space's take_problem() says so
    unsigned char* update(const table_block& block) {
        if (block.bytes().empty()) return nullptr;
        if (holds(block)) return memory_.data();
        if (block.bytes().size() > size_) {
            size_ = block.bytes().size();
            memory_ = space_->template allocate<unsigned char>(size_);
        }
        if (memory_.data() == nullptr) return nullptr;
        const std::vector<unsigned char> placed = block.placed_at(memory_.data());
        space_->write(memory_, placed.data(), placed.size());
        content_ = block.bytes();
        return memory_.data();
    }

  private:
    Space* space_;
    typename Space::template array<unsigned char> memory_;
    std::size_t size_ = 0;
    std::vector<unsigned char> content_; // of the block, to compare with
};

/// Copies of vectors, with all that their entries point to, in the memory of a space; they live as long as this does.
template <class Space> class copied_vectors {
  public:
    /// Copies to that space.
    explicit copied_vectors(Space& space) noexcept : space_{&space} {}

    /// The copy of a vector; null where it is empty, or where there was no memory and the space's take_problem() says so.
    template <class Entry> [[nodiscard]] Entry* operator()(const std::vector<Entry>& entries) {
        if (entries.empty()) return nullptr;
        table_block block;
        const std::size_t offset = block.add(entries.data(), entries.size());
        unsigned char* const address = upload(block);
        return address == nullptr ? nullptr : reinterpret_cast<Entry*>(address + offset);
    }

    /// The value, its pointers set to copies of its tables.
    template <class Value> [[nodiscard]] Value moved(const Value& value) {
        table_block block;
        const Value packed = block.pack(value);
        return table_block::placed(packed, upload(block));
    }

  private:
    [[nodiscard]] unsigned char* upload(const table_block& block) {
        kept_.push_back(std::make_unique<uploaded_tables<Space>>(*space_));
        return kept_.back()->update(block);
    }

    Space* space_;
    std::vector<std::unique_ptr<uploaded_tables<Space>>> kept_;
};

} // namespace gpupack::gpu
