// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/topology/domain_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gpupack::inline GPUPACK_ABI::plan {

/// Where each member of a gang would go.
struct gang_plan {
    std::vector<selection> members; ///< [members] Part by part, in the order of gang::parts.
    /// [members] The order in which members must be taken: what a split slice or an instance gets of a GPU depends on what
    /// was there before.
    std::vector<std::size_t> order;
    domain_id domain{};    ///< The narrowest that holds them all.
    bool one_node = false; ///< Whether one node holds them all.
    std::size_t nodes = 0; ///< How many nodes they use.

    /// The level of the narrowest common domain: an index into domain_tree::levels(), and one more for a node.
    [[nodiscard]] int level(const domain_tree& domains) const noexcept {
        return one_node ? static_cast<int>(domains.levels().size()) : domains[domain].level;
    }
};

/// Why a gang is not placed.
struct gang_failure {
    input_error input{};             ///< What is wrong with it; empty field: nothing.
    bool feasible_when_empty = true; ///< Whether it might fit if the cluster were empty: wait if so, reject if not.
    bool proven = true;              ///< Whether there is no placement now; else the budget of the search ran out.
    std::int64_t members = 0;        ///< Members of the gang.
    /// Members for which the best domain that is narrow enough has room now: exact for equal members, else at least so many.
    std::int64_t fitting = 0;
    std::optional<std::size_t> part{}; ///< The part of the gang of which not one member fits any node now.
    std::optional<std::size_t>
        refused_member{}; ///< The member to which the caller's admit said no; there was room for all.

    /// One line.
    [[nodiscard]] std::string message() const {
        if (!input.field.empty()) return input.message();
        if (refused_member) {
            return std::string{"the caller refused member "}
                .append(std::to_string(*refused_member))
                .append(" of ")
                .append(std::to_string(members));
        }
        std::string text{"no domain that is narrow enough has room for the whole gang"};
        text.append(feasible_when_empty || !proven ? " now" : ", even when it is empty");
        if (part) text.append("; not one member of part ").append(std::to_string(*part)).append(" fits any node now");
        if (fitting < members)
            text.append("; ")
                .append(std::to_string(fitting))
                .append(" of ")
                .append(std::to_string(members))
                .append(" members would fit");
        if (!proven) text.append("; the search was cut short: there may be a way");
        return text;
    }
};

} // namespace gpupack::plan
