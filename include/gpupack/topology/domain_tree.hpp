// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gpupack::inline GPUPACK_ABI {

namespace tag {
/// Tag of domain ids.
struct domain {};
} // namespace tag

/// The index of a domain in its domain_tree: parents before their children, 0 is the whole cluster.
using domain_id = id<tag::domain, std::uint32_t>;

/// A part of a cluster whose nodes are close to each other: the GPUs that one NVLink fabric joins, a rack, a block.
struct domain {
    std::string name;   ///< Unique in the cluster.
    int level = 0;      ///< Index into domain_tree::levels().
    domain_id parent{}; ///< The domain that it is a part of; its own id for the whole cluster.

    friend bool operator==(const domain&, const domain&) = default;
};

/// The domains of a cluster as a tree of any depth, with names for its levels. The default has the cluster alone.
///
/// Built by domain_tree_builder, so that it is valid from the start.
class domain_tree {
  public:
    domain_tree() = default;

    /// The number of domains, the cluster counted in.
    [[nodiscard]] std::size_t size() const noexcept { return domains_.size(); }
    [[nodiscard]] const domain& operator[](domain_id id) const {
        GPUPACK_EXPECTS(id.number() < size(), "a domain of this tree");
        return domains_[id.number()];
    }
    /// Names of the levels, widest first: "cluster", then those given. Nodes stand below the last.
    [[nodiscard]] const std::vector<std::string>& levels() const noexcept { return levels_; }

    /// The domain of that name, if there is one. Cost: a comparison a domain.
    [[nodiscard]] std::optional<domain_id> find(std::string_view name) const {
        for (std::uint32_t d = 0; d < domains_.size(); ++d)
            if (domains_[d].name == name) return domain_id{d};
        return std::nullopt;
    }
    /// The level of that name, if there is one.
    [[nodiscard]] std::optional<int> level(std::string_view name) const {
        for (std::size_t l = 0; l < levels_.size(); ++l)
            if (levels_[l] == name) return static_cast<int>(l);
        return std::nullopt;
    }

    /// The domains that are direct parts of one.
    [[nodiscard]] const std::vector<domain_id>& children(domain_id parent) const {
        GPUPACK_EXPECTS(parent.number() < size(), "a domain of this tree");
        return children_[parent.number()];
    }

    /// The narrowest domain that holds both. Cost: the depth of the tree.
    [[nodiscard]] domain_id common(domain_id a, domain_id b) const {
        while (!(a == b)) { // parents have the lower ids
            domain_id& lower = a < b ? b : a;
            lower = (*this)[lower].parent;
        }
        return a;
    }

    friend bool operator==(const domain_tree& a, const domain_tree& b) {
        return a.levels_ == b.levels_ && a.domains_ == b.domains_;
    }

  private:
    friend class domain_tree_builder;

    std::vector<std::string> levels_{"cluster"};
    std::vector<domain> domains_{{"cluster", 0, domain_id{}}};
    std::vector<std::vector<domain_id>> children_{1};
};

} // namespace gpupack
