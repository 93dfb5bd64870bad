// SPDX-License-Identifier: Apache-2.0
#include "share_book.hpp"

#include <algorithm>
#include <utility>

namespace extender {

void share_book::changed(const std::string& node) {
    free_.erase(node);
    changed_.insert(node);
}

void share_book::put_node(const share_node& node) {
    if (node.units == 0) return remove_node(node.name);
    share_node& known = nodes_[node.name];
    if (known == node) return;
    known = node;
    changed(node.name);
}

void share_book::remove_node(const std::string& name) {
    if (nodes_.erase(name) > 0) changed(name);
}

void share_book::set_sick(const std::string& node, std::set<int> gpus) {
    if (sick_[node] == gpus) return;
    sick_[node] = std::move(gpus);
    changed(node);
}

void share_book::hold(share_holding holding) {
    release(holding.uid);
    pods_on_[holding.node].insert(holding.uid);
    changed(holding.node);
    holdings_[holding.uid] = std::move(holding);
}

void share_book::confirm(const share_pod& pod, const share_claim& claim) {
    share_holding made{
        .key = pod.key, .uid = pod.uid, .node = pod.node, .units = pod.units, .phase = share_phase::bound};
    const auto known = holdings_.find(pod.uid);
    if (known != holdings_.end() && known->second.node == pod.node) made.charges = known->second.charges;
    if (known != holdings_.end()) made.busy = known->second.busy;
    std::int64_t& charge = made.charges[claim.gpu];
    charge = std::max(charge, claim.units);
    hold(std::move(made));
}

void share_book::release(const std::string& uid) {
    const auto known = holdings_.find(uid);
    if (known == holdings_.end()) return;
    pods_on_[known->second.node].erase(uid);
    changed(known->second.node);
    holdings_.erase(known);
}

share_holding* share_book::find(const std::string& uid) {
    const auto known = holdings_.find(uid);
    return known == holdings_.end() ? nullptr : &known->second;
}

const share_node* share_book::node(const std::string& name) const {
    const auto known = nodes_.find(name);
    return known == nodes_.end() ? nullptr : &known->second;
}

std::vector<const share_holding*> share_book::holdings_on(const std::string& node) const {
    std::vector<const share_holding*> made;
    const auto pods = pods_on_.find(node);
    if (pods == pods_on_.end()) return made;
    for (const std::string& uid : pods->second) made.push_back(&holdings_.at(uid));
    return made;
}

std::vector<std::int64_t> share_book::charges(const share_holding& pod) const {
    const share_node* const known = node(pod.node);
    if (known == nullptr) return {};
    std::vector<std::int64_t> made(static_cast<std::size_t>(known->gpus), 0);
    for (const auto& [gpu, units] : pod.charges) {
        const std::int64_t charge = units == share_claim::whole_gpu ? known->units_each() : units;
        for (int i = 0; i < known->gpus; ++i)
            if (i == gpu || gpu < 0 || gpu >= known->gpus)
                made[static_cast<std::size_t>(i)] = std::max(made[static_cast<std::size_t>(i)], charge);
    }
    return made;
}

std::vector<std::int64_t> share_book::used(const std::string& name) const {
    const share_node* const known = node(name);
    if (known == nullptr) return {};
    std::vector<std::int64_t> made(static_cast<std::size_t>(known->gpus), 0);
    for (const share_holding* const pod : holdings_on(name)) {
        const std::vector<std::int64_t> held = charges(*pod);
        for (std::size_t i = 0; i < made.size(); ++i) made[i] += held[i];
    }
    return made;
}

const std::vector<std::int64_t>& share_book::free(const std::string& name) {
    const auto [entry, is_new] = free_.try_emplace(name);
    if (!is_new) return entry->second;
    const share_node* const known = node(name);
    if (known == nullptr) return entry->second;
    entry->second = used(name);
    for (std::int64_t& units : entry->second) units = std::max<std::int64_t>(0, known->units_each() - units);
    const auto sick = sick_.find(name);
    if (sick == sick_.end()) return entry->second;
    for (const int gpu : sick->second)
        if (gpu < known->gpus) entry->second[static_cast<std::size_t>(gpu)] = 0;
    return entry->second;
}

std::set<std::string> share_book::take_changed() {
    return std::exchange(changed_, {});
}

} // namespace extender
