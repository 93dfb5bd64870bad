// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/dialect/kubernetes/dra/quantity.hpp>
#include <gpupack/dialect/kubernetes/dra/semantic_version.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::dialect::dra::detail {

enum class cel_kind : std::uint8_t {
    failure,
    null,
    boolean,
    integer,
    natural,
    real,
    text,
    bytes,
    list,
    map,
    amount,
    version,
    option,
    type,
    device
};

struct cel_list;
struct cel_map;
struct cel_device;

/// A value of an expression. What it points to belongs to the program, the device or the arena of the evaluation.
struct cel_value {
    cel_kind kind = cel_kind::null;
    union {
        bool boolean;
        std::int64_t integer = 0;
        std::uint64_t natural;
        double real;
        const cel_list* list;
        const cel_map* map;
        const quantity* amount;
        const semantic_version* version;
        const cel_value* option; ///< nullptr: none.
        const cel_device* device;
    };
    std::string_view text{}; ///< Of text, bytes, a type's name, or what went wrong.
};

struct cel_list {
    std::vector<cel_value> items;
};

struct cel_map {
    std::vector<std::pair<cel_value, cel_value>> entries;
    const cel_map* missing = nullptr; ///< What a key that is not there stands for; nullptr: an error.
};

/// A device as expressions see it.
struct cel_device {
    cel_value driver;
    cel_value attributes;
    cel_value capacity;
    cel_value shareable;
};

[[nodiscard]] inline cel_value cel_failure(std::string_view message) {
    cel_value value;
    value.kind = cel_kind::failure;
    value.text = message;
    return value;
}
[[nodiscard]] inline cel_value cel_boolean(bool boolean) {
    cel_value value;
    value.kind = cel_kind::boolean;
    value.boolean = boolean;
    return value;
}
[[nodiscard]] inline cel_value cel_integer(std::int64_t integer) {
    cel_value value;
    value.kind = cel_kind::integer;
    value.integer = integer;
    return value;
}
[[nodiscard]] inline cel_value cel_natural(std::uint64_t natural) {
    cel_value value;
    value.kind = cel_kind::natural;
    value.natural = natural;
    return value;
}
[[nodiscard]] inline cel_value cel_real(double real) {
    cel_value value;
    value.kind = cel_kind::real;
    value.real = real;
    return value;
}
[[nodiscard]] inline cel_value cel_text(std::string_view text, cel_kind kind = cel_kind::text) {
    cel_value value;
    value.kind = kind;
    value.text = text;
    return value;
}
[[nodiscard]] inline cel_value cel_list_of(const cel_list& list) {
    cel_value value;
    value.kind = cel_kind::list;
    value.list = &list;
    return value;
}
[[nodiscard]] inline cel_value cel_map_of(const cel_map& map) {
    cel_value value;
    value.kind = cel_kind::map;
    value.map = &map;
    return value;
}
[[nodiscard]] inline cel_value cel_amount(const quantity& amount) {
    cel_value value;
    value.kind = cel_kind::amount;
    value.amount = &amount;
    return value;
}
[[nodiscard]] inline cel_value cel_version(const semantic_version& version) {
    cel_value value;
    value.kind = cel_kind::version;
    value.version = &version;
    return value;
}
[[nodiscard]] inline cel_value cel_option(const cel_value* content) {
    cel_value value;
    value.kind = cel_kind::option;
    value.option = content;
    return value;
}

/// What an evaluation makes; empty, and without an allocation, where it only compares.
class cel_arena {
  public:
    /// Steps that an evaluation may take; Kubernetes' limit of an expression's cost, counted more coarsely.
    static constexpr std::uint64_t step_limit = 1'000'000;

    [[nodiscard]] std::string_view keep(std::string text) {
        return *texts_.emplace_back(std::make_unique<std::string>(std::move(text)));
    }
    [[nodiscard]] cel_value keep_text(std::string text) { return cel_text(keep(std::move(text))); }
    [[nodiscard]] cel_value keep_failure(std::string text) { return cel_failure(keep(std::move(text))); }
    [[nodiscard]] cel_value keep_list(std::vector<cel_value> items) {
        return cel_list_of(*lists_.emplace_back(std::make_unique<cel_list>(cel_list{std::move(items)})));
    }
    [[nodiscard]] cel_value keep_map(std::vector<std::pair<cel_value, cel_value>> entries) {
        return cel_map_of(*maps_.emplace_back(std::make_unique<cel_map>(cel_map{std::move(entries)})));
    }
    [[nodiscard]] cel_value keep_amount(const quantity& amount) {
        return cel_amount(*amounts_.emplace_back(std::make_unique<quantity>(amount)));
    }
    [[nodiscard]] cel_value keep_version(const semantic_version& version) {
        return cel_version(*versions_.emplace_back(std::make_unique<semantic_version>(version)));
    }
    [[nodiscard]] cel_value keep_option(const cel_value& content) {
        return cel_option(options_.emplace_back(std::make_unique<cel_value>(content)).get());
    }

    /// Counts steps; false once there are too many.
    bool spend(std::uint64_t steps) noexcept {
        steps_ += steps;
        return steps_ <= step_limit;
    }
    [[nodiscard]] bool exhausted() const noexcept { return steps_ > step_limit; }

  private:
    std::vector<std::unique_ptr<std::string>> texts_;
    std::vector<std::unique_ptr<cel_list>> lists_;
    std::vector<std::unique_ptr<cel_map>> maps_;
    std::vector<std::unique_ptr<quantity>> amounts_;
    std::vector<std::unique_ptr<semantic_version>> versions_;
    std::vector<std::unique_ptr<cel_value>> options_;
    std::uint64_t steps_ = 0;
};

} // namespace gpupack::dialect::dra::detail
