// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/request/checked_request.hpp>
#include <gpupack/request/request.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

/// Members of a gang that ask for the same.
struct gang_part {
    gpupack::request request; ///< What each of them asks for.
    int count = 1;            ///< How many members.

    friend bool operator==(const gang_part&, const gang_part&) = default;
};

/// Over what its members are placed: as few domains and nodes as will do, or as many.
enum class gang_layout : std::uint8_t { pack, spread };

/// Several requests that are placed together or not at all: the tasks of one training job.
struct gang {
    std::vector<gang_part> parts; ///< One for each sort of member.
    /// A topology level, such as "rack" or "node": all members are placed in one domain of it if possible, or always
    /// if `required` is set. Empty: the narrowest domain that holds them.
    std::string level{};
    bool required = false; ///< Whether a wider domain will not do.
    /// pack: the narrowest domain, and in it few narrower ones and few nodes. spread: evenly over the narrower
    /// domains of one domain of that level, or of the cluster if no level is given.
    gang_layout layout = gang_layout::pack;
    int least_per_node = 1;                              ///< Members on each node that gets any.
    int most_per_node = std::numeric_limits<int>::max(); ///< Members on each node at most.
    /// The domain whose nodes are used, by name: a rack, or where another gang is. Empty: any.
    std::string domain{};

    /// How many members it has.
    [[nodiscard]] std::int64_t members() const noexcept {
        std::int64_t all = 0;
        for (const gang_part& part : parts) all += part.count;
        return all;
    }

    friend bool operator==(const gang&, const gang&) = default;
};

/// The most members of one gang.
inline constexpr std::int64_t max_gang_members = 1'000'000;

/// The gang itself where it can be.
///
/// Errors: no member, or too many; a part of none; a request that is not valid; least_per_node below one, or more
/// than most_per_node or all members.
[[nodiscard]] inline expected<gang, input_error> checked(const gang& gang) {
    for (const gang_part& part : gang.parts) {
        if (part.count < 1) return bad_input("gang part", std::to_string(part.count), "one member or more");
        if (const auto valid = checked(part.request); !valid) return unexpected<input_error>{valid.error()};
    }
    if (gang.members() < 1 || gang.members() > max_gang_members)
        return bad_input("gang", std::to_string(gang.members()), "from 1 to 1000000 members");
    if (gang.least_per_node < 1)
        return bad_input("least_per_node", std::to_string(gang.least_per_node), "one member or more");
    if (gang.most_per_node < gang.least_per_node)
        return bad_input("most_per_node", std::to_string(gang.most_per_node), "not less than least_per_node");
    if (gang.least_per_node > gang.members())
        return bad_input("least_per_node", std::to_string(gang.least_per_node),
                         std::string{"at most the "}.append(std::to_string(gang.members())).append(" members"));
    if (gang.required && gang.level.empty()) return bad_input("level", "", "a level, where one is required");
    return gang;
}

} // namespace gpupack
