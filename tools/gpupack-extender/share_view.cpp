// SPDX-License-Identifier: Apache-2.0
#include "share_view.hpp"

#include "log.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace extender {

namespace {

constexpr std::string_view sick_prefix = "unhealthy-gpu-";

/// The node that a ConfigMap's name means; empty: it means none.
std::string sick_node(const std::string& key) {
    const std::string name = key.substr(key.find('/') + 1);
    return name.starts_with(sick_prefix) ? name.substr(sick_prefix.size()) : std::string{};
}

} // namespace

object_sink share_view::sink() {
    return {[this](object_kind kind, const nlohmann::json& object) { return put(kind, object); },
            [this](object_kind kind, const nlohmann::json& object) { remove(kind, object); },
            [this](object_kind kind, const std::vector<std::string>& keys) { keep_only(kind, keys); }};
}

std::optional<std::string> share_view::put(object_kind kind, const nlohmann::json& object) {
    if (kind == object_kind::pod) {
        const share_pod pod = read_share_pod(object);
        const std::lock_guard lock{mutex_};
        put_pod(pod);
        return std::nullopt;
    }
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node) {
        std::string error;
        book_.put_node(read_share_node(object, error));
        return error.empty() ? std::nullopt : std::optional{error};
    }
    if (const std::string node = sick_node(key_of(object)); !node.empty()) book_.set_sick(node, read_sick_gpus(object));
    return std::nullopt;
}

void share_view::put_pod(const share_pod& pod) {
    if (pod.ended || pod.uid.empty()) {
        book_.release(pod.uid);
        return;
    }
    const auto claim = claim_of(pod);
    if (pod.units == 0 && !claim) return;
    std::string& uid = uid_of_[pod.key];
    if (uid != pod.uid) {
        if (!uid.empty()) {
            book_.release(uid); // a new pod of the name
            remarks_.erase(uid);
        }
        uid = pod.uid;
        chooser_.expect(pod.units);
    }
    if (claim && !claim->remark.empty() && remarks_[pod.uid] != claim->remark) {
        remarks_[pod.uid] = claim->remark;
        ++malformed_;
        log_line("warning", "annotations are malformed; what they may mean is kept free",
                 {{"error", claim->remark}, {"node", pod.node}});
    }
    share_holding* const known = book_.find(pod.uid);
    if (!pod.node.empty()) {
        if (claim)
            book_.confirm(pod, *claim);
        else if (known != nullptr && known->phase != share_phase::bound)
            book_.release(pod.uid); // somebody else bound it, without a GPU
    } else if (claim && known == nullptr && !pod.assumed_node.empty()) {
        // Somebody who is gone has begun to bind it: the binding may still be on its way.
        book_.hold({.key = pod.key,
                    .uid = pod.uid,
                    .node = pod.assumed_node,
                    .units = pod.units,
                    .charges = {{claim->gpu, claim->units}},
                    .phase = share_phase::assumed,
                    .expiry = std::chrono::steady_clock::now() + hold_time_});
    }
}

void share_view::remove(object_kind kind, const nlohmann::json& object) {
    const std::string key = key_of(object);
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node)
        book_.remove_node(key);
    else if (kind == object_kind::config_map) {
        if (const std::string node = sick_node(key); !node.empty()) book_.set_sick(node, {});
    } else {
        const std::string uid = read_share_pod(object).uid;
        book_.release(uid);
        remarks_.erase(uid);
        const auto known = uid_of_.find(key);
        if (known != uid_of_.end() && known->second == uid) uid_of_.erase(known);
    }
}

void share_view::keep_only(object_kind kind, const std::vector<std::string>& keys) {
    const std::set<std::string> kept{keys.begin(), keys.end()};
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node) {
        std::vector<std::string> gone;
        for (const auto& [name, node] : book_.nodes())
            if (!kept.contains(name)) gone.push_back(name);
        for (const std::string& name : gone) book_.remove_node(name);
    } else if (kind == object_kind::pod) {
        // What is held or assumed may be newer than the list: it ends in its own time.
        std::erase_if(uid_of_, [&](const auto& entry) {
            const share_holding* const known = book_.find(entry.second);
            if (kept.contains(entry.first) || (known != nullptr && known->phase != share_phase::bound)) return false;
            book_.release(entry.second);
            remarks_.erase(entry.second);
            return true;
        });
    } else {
        for (const auto& [name, node] : book_.nodes())
            if (!kept.contains("kube-system/" + std::string{sick_prefix} + name)) book_.set_sick(name, {});
    }
}

share_fit share_view::fit(const share_pod& pod, const std::string& node) {
    if (book_.node(node) == nullptr) return share_fit::not_shared;
    const share_holding* const own = book_.find(pod.uid);
    const std::vector<std::int64_t>& free = book_.free(node);
    for (std::size_t i = 0; i < free.size(); ++i) {
        std::int64_t units = free[i];
        if (own != nullptr && own->node == node)
            if (const auto charge = own->charges.find(static_cast<int>(i)); charge != own->charges.end())
                units += charge->second;
        if (units >= pod.units) return share_fit::yes;
    }
    return share_fit::too_little;
}

std::vector<share_fit> share_view::fits(const share_pod& pod, const std::vector<std::string>& nodes) {
    std::vector<share_fit> made;
    made.reserve(nodes.size());
    const std::lock_guard lock{mutex_};
    const share_holding* const own = book_.find(pod.uid);
    if (own != nullptr && own->phase == share_phase::held) book_.release(pod.uid);
    for (const std::string& node : nodes) made.push_back(fit(pod, node));
    return made;
}

std::vector<ranked_share_node> share_view::rank(const share_pod& pod) {
    const std::lock_guard lock{mutex_};
    chooser_.follow(book_);
    return chooser_.rank(pod.units);
}

/// A GPU by the policy, and nothing that the book does not have free.
std::optional<int> share_view::choose(const share_pod& pod, const std::string& node) {
    chooser_.follow(book_);
    const auto gpu = chooser_.gpu_on(node, pod.units);
    const std::vector<std::int64_t>& free = book_.free(node);
    if (!gpu || static_cast<std::size_t>(*gpu) >= free.size() || free[static_cast<std::size_t>(*gpu)] < pod.units)
        return std::nullopt;
    return gpu;
}

void share_view::hold(const share_pod& pod, const std::string& node) {
    const std::lock_guard lock{mutex_};
    const share_holding* const own = book_.find(pod.uid);
    if (pod.uid.empty() || pod.units == 0 || (own != nullptr && own->phase != share_phase::held)) return;
    book_.release(pod.uid);
    const auto gpu = choose(pod, node);
    if (!gpu) return;
    book_.hold({.key = pod.key,
                .uid = pod.uid,
                .node = node,
                .units = pod.units,
                .charges = {{*gpu, pod.units}},
                .phase = share_phase::held,
                .expiry = std::chrono::steady_clock::now() + hold_time_});
}

std::optional<int> share_view::begin(const share_pod& pod, const std::string& node) {
    const std::lock_guard lock{mutex_};
    const share_holding* const own = book_.find(pod.uid);
    if (own != nullptr && (own->busy || own->phase == share_phase::bound)) return std::nullopt;
    const std::optional<share_holding> before = own != nullptr ? std::optional{*own} : std::nullopt;
    book_.release(pod.uid);
    const auto gpu = choose(pod, node);
    if (!gpu) {
        if (before && before->phase == share_phase::assumed) book_.hold(*before);
        return std::nullopt;
    }
    uid_of_.try_emplace(pod.key, pod.uid);
    book_.hold({.key = pod.key,
                .uid = pod.uid,
                .node = node,
                .units = pod.units,
                .charges = {{*gpu, pod.units}},
                .phase = share_phase::assumed,
                .busy = true,
                .expiry = std::chrono::steady_clock::now() + hold_time_});
    return gpu;
}

void share_view::end(const std::string& uid, std::optional<bool> made) {
    const std::lock_guard lock{mutex_};
    share_holding* const own = book_.find(uid);
    if (own == nullptr) return;
    own->busy = false;
    own->expiry = std::chrono::steady_clock::now() + hold_time_; // unless the watch says before that it is bound
    if (made == std::optional{false} && own->phase != share_phase::bound) book_.release(uid);
}

void share_view::ask_later(const std::string& uid) {
    const std::lock_guard lock{mutex_};
    share_holding* const own = book_.find(uid);
    if (own == nullptr) return;
    own->busy = false;
    own->expiry = std::chrono::steady_clock::now() + hold_time_;
}

std::vector<std::pair<std::string, std::string>> share_view::expire() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::pair<std::string, std::string>> asked;
    std::vector<std::string> ended;
    const std::lock_guard lock{mutex_};
    for (const auto& [uid, one] : book_.holdings()) {
        if (one.busy || one.phase == share_phase::bound || one.expiry > now) continue;
        if (one.phase == share_phase::held)
            ended.push_back(uid);
        else
            asked.emplace_back(one.key, uid);
    }
    for (const std::string& uid : ended) book_.release(uid);
    for (const auto& [key, uid] : asked) book_.find(uid)->busy = true;
    return asked;
}

std::int64_t share_view::units_each(const std::string& node) const {
    const std::lock_guard lock{mutex_};
    const share_node* const known = book_.node(node);
    return known == nullptr ? 0 : known->units_each();
}

nlohmann::json share_view::inspect(const std::string& name) const {
    nlohmann::json nodes = nlohmann::json::array();
    const std::lock_guard lock{mutex_};
    for (const auto& [key, node] : book_.nodes()) {
        if (!name.empty() && key != name) continue;
        const std::vector<std::int64_t> used = book_.used(key);
        nlohmann::json devices = nlohmann::json::array();
        for (int i = 0; i < node.gpus; ++i)
            devices.push_back({{"id", i},
                               {"totalGPU", node.units_each()},
                               {"usedGPU", used[static_cast<std::size_t>(i)]},
                               {"pods", nlohmann::json::array()}});
        for (const share_holding* const pod : book_.holdings_on(key))
            for (const auto& [gpu, units] : pod->charges) {
                if (pod->phase != share_phase::bound || gpu < 0 || gpu >= node.gpus) continue;
                const std::size_t slash = pod->key.find('/');
                devices[static_cast<std::size_t>(gpu)]["pods"].push_back({{"name", pod->key.substr(slash + 1)},
                                                                          {"namespace", pod->key.substr(0, slash)},
                                                                          {"usedGPU", pod->units}});
            }
        nodes.push_back({{"name", key},
                         {"totalGPU", node.units},
                         {"usedGPU", std::accumulate(used.begin(), used.end(), std::int64_t{0})},
                         {"devs", std::move(devices)}});
    }
    nlohmann::json made{{"nodes", std::move(nodes)}};
    if (!name.empty() && made["nodes"].empty()) made["error"] = "node \"" + name + "\" not found";
    return made;
}

share_view::counts share_view::count() const {
    counts made;
    const std::lock_guard lock{mutex_};
    made.nodes = book_.nodes().size();
    made.malformed = malformed_;
    for (const auto& [uid, one] : book_.holdings())
        ++(one.phase == share_phase::bound ? made.pods : one.phase == share_phase::held ? made.held : made.assumed);
    for (const auto& [name, node] : book_.nodes()) {
        made.units += node.units;
        for (const std::int64_t used : book_.used(name)) {
            made.used += used;
            made.over_full += used > node.units_each() ? 1 : 0;
        }
    }
    return made;
}

} // namespace extender
