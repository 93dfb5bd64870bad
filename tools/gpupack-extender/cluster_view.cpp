// SPDX-License-Identifier: Apache-2.0
#include "cluster_view.hpp"

#include <gpupack/dialect/kubernetes/dra/placements_lost.hpp>
#include <gpupack/io/kubernetes/read_dra_objects.hpp>

#include <algorithm>
#include <set>

namespace extender {

namespace {

using gpupack::io::json_fields;

/// Ends a search that even the bounds do not shorten.
constexpr std::uint64_t step_limit = 100'000;

std::string pool_key(const std::string& driver, const std::string& pool) {
    return driver + "\n" + pool;
}
std::string pool_key(const dra::resource_slice& slice) {
    return pool_key(slice.driver, slice.pool.name);
}
std::string node_key(const dra::resource_slice& slice) {
    return slice.reach.node_name.value_or("");
}

} // namespace

object_sink cluster_view::sink() {
    return {[this](object_kind kind, const nlohmann::json& object) { return put(kind, object); },
            [this](object_kind kind, const nlohmann::json& object) { remove(kind, object); },
            [this](object_kind kind, const std::vector<std::string>& keys) { keep_only(kind, keys); }};
}

std::optional<std::string> cluster_view::put(object_kind kind, const nlohmann::json& object) {
    const std::string key = key_of(object);
    json_fields fields{key};
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node) {
        auto node = gpupack::io::read_kubernetes_node(object, fields);
        if (!fields.error()) {
            node_entry& entry = nodes_[key];
            if (!(entry.node == node)) { // heartbeats change nothing
                entry = node_entry{.node = std::move(node)};
                stale_.insert(key);
            }
        }
    } else if (kind == object_kind::device_class) {
        auto one = gpupack::io::read_device_class(object, fields);
        if (!fields.error()) classes_[key] = std::move(one);
        allocator_.reset();
        for (auto& [name, entry] : nodes_) entry.known.clear();
    } else if (kind == object_kind::resource_slice) {
        drop_slice(key);
        auto slice = std::make_shared<const dra::resource_slice>(gpupack::io::read_resource_slice(object, fields));
        if (!fields.error()) {
            slices_[key] = slices_of_pool_[pool_key(*slice)][key] = slices_of_node_[node_key(*slice)][key] = slice;
            forget_devices(pool_key(*slice));
        }
    } else {
        auto claim = gpupack::io::read_resource_claim(object, fields);
        drop_claim(key);
        if (!fields.error()) {
            if (claim.allocation) in_use_.add(*claim.allocation);
            forget_use(claim);
            claims_[key] = {std::move(claim), object.contains("spec") ? object["spec"].dump() : std::string{}};
        }
    }
    return fields.error() ? std::optional{fields.error()->message()} : std::nullopt;
}

void cluster_view::remove(object_kind kind, const nlohmann::json& object) {
    const std::string key = key_of(object);
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node)
        nodes_.erase(key);
    else if (kind == object_kind::resource_slice)
        drop_slice(key);
    else if (kind == object_kind::resource_claim)
        drop_claim(key);
    else {
        classes_.erase(key);
        allocator_.reset();
        for (auto& [name, entry] : nodes_) entry.known.clear();
    }
}

void cluster_view::keep_only(object_kind kind, const std::vector<std::string>& keys) {
    const std::set<std::string> kept{keys.begin(), keys.end()};
    std::vector<std::string> gone;
    const std::lock_guard lock{mutex_};
    const auto collect = [&](const auto& objects) {
        for (const auto& [key, object] : objects)
            if (!kept.contains(key)) gone.push_back(key);
    };
    if (kind == object_kind::node) {
        collect(nodes_);
        for (const std::string& key : gone) nodes_.erase(key);
    } else if (kind == object_kind::resource_slice) {
        collect(slices_);
        for (const std::string& key : gone) drop_slice(key);
    } else if (kind == object_kind::resource_claim) {
        collect(claims_);
        for (const std::string& key : gone) drop_claim(key);
    } else {
        collect(classes_);
        for (const std::string& key : gone) classes_.erase(key);
        allocator_.reset();
        for (auto& [name, entry] : nodes_) entry.known.clear();
    }
}

std::size_t cluster_view::size(object_kind kind) const {
    const std::lock_guard lock{mutex_};
    if (kind == object_kind::node) return nodes_.size();
    if (kind == object_kind::device_class) return classes_.size();
    return kind == object_kind::resource_slice ? slices_.size() : claims_.size();
}

/// The names of the nodes that slices of a pool are of; an empty one for a slice of several nodes.
std::set<std::string> cluster_view::owners_of(const std::string& pool) const {
    std::set<std::string> owners;
    if (const auto found = slices_of_pool_.find(pool); found != slices_of_pool_.end())
        for (const auto& [key, slice] : found->second) owners.insert(node_key(*slice));
    return owners;
}

/// The devices of the nodes that see a pool are gathered anew; of all nodes where a slice of it is not of one node.
void cluster_view::forget_devices(const std::string& pool) {
    const auto forget = [&](const std::string& name, node_entry& entry) {
        entry = node_entry{.node = entry.node};
        stale_.insert(name);
    };
    const std::set<std::string> owners = owners_of(pool);
    if (owners.contains(std::string{}))
        for (auto& [name, entry] : nodes_) forget(name, entry);
    else
        for (const std::string& owner : owners)
            if (const auto found = nodes_.find(owner); found != nodes_.end()) forget(owner, found->second);
}

bool cluster_view::prepare_next() {
    const std::lock_guard lock{mutex_};
    if (stale_.empty()) return false;
    const auto found = nodes_.find(*stale_.begin());
    stale_.erase(stale_.begin());
    if (found != nodes_.end()) prepare(found->second);
    return true;
}

/// What is in use is looked up anew on the nodes that see a pool of an allocation's devices.
void cluster_view::forget_use(const dra::resource_claim& claim) {
    if (!claim.allocation) return;
    const auto forget = [](node_entry& entry) {
        entry.use.reset();
        entry.known.clear();
    };
    std::set<std::string> owners;
    for (const dra::allocated_device& one : claim.allocation->devices)
        owners.merge(owners_of(pool_key(one.driver, one.pool)));
    if (owners.contains(std::string{})) { // a slice of several nodes: of which ones is not kept
        for (auto& [name, entry] : nodes_) forget(entry);
        return;
    }
    for (const std::string& owner : owners)
        if (const auto found = nodes_.find(owner); found != nodes_.end()) forget(found->second);
}

void cluster_view::drop_slice(const std::string& key) {
    const auto found = slices_.find(key);
    if (found == slices_.end()) return;
    const slice_pointer slice = found->second;
    forget_devices(pool_key(*slice)); // before it is gone: its node sees the pool now
    slices_.erase(found);
    slices_of_pool_[pool_key(*slice)].erase(key);
    slices_of_node_[node_key(*slice)].erase(key);
}

void cluster_view::drop_claim(const std::string& key) {
    const auto found = claims_.find(key);
    if (found == claims_.end()) return;
    if (found->second.claim.allocation) in_use_.remove(*found->second.claim.allocation);
    forget_use(found->second.claim);
    claims_.erase(found);
}

/// Gathers the devices of a node: its own slices, those of several nodes, and the rest of their pools.
void cluster_view::prepare(node_entry& entry) {
    if (!entry.devices) {
        std::set<std::string> pools;
        for (const std::string& owner : {entry.node.name, std::string{}})
            for (const auto& [key, slice] : slices_of_node_[owner]) pools.insert(pool_key(*slice));
        std::vector<const dra::resource_slice*> pointers;
        for (const std::string& pool : pools)
            for (const auto& [key, slice] : slices_of_pool_[pool]) {
                entry.slices.push_back(slice);
                pointers.push_back(slice.get());
            }
        auto gathered = dra::node_devices::gather(std::span<const dra::resource_slice* const>{pointers}, entry.node);
        if (gathered) entry.devices = std::move(*gathered);
    }
    if (entry.devices && !entry.use) entry.use.emplace(*entry.devices, in_use_);
}

std::vector<dra::resource_claim> cluster_view::open_claims(const nlohmann::json& pod, std::string& signature) const {
    std::vector<dra::resource_claim> made;
    json_fields fields;
    std::string name_space;
    fields.nested(pod, "metadata", [&](const nlohmann::json& meta) { name_space = fields.text(meta, "namespace"); });
    std::map<std::string, std::string> generated; // claims that were made from templates
    fields.nested(pod, "status", [&](const nlohmann::json& status) {
        fields.each(status, "resourceClaimStatuses", [&](const nlohmann::json& one) {
            generated[fields.text(one, "name")] = fields.text(one, "resourceClaimName");
        });
    });
    fields.nested(pod, "spec", [&](const nlohmann::json& spec) {
        fields.each(spec, "resourceClaims", [&](const nlohmann::json& one) {
            std::string name = fields.text(one, "resourceClaimName");
            if (name.empty()) name = generated[fields.text(one, "name")];
            const auto claim = claims_.find(name_space + "/" + name);
            if (claim == claims_.end() || claim->second.claim.allocation) return;
            signature.append(claim->second.text).append("\n");
            made.push_back(claim->second.claim);
        });
    });
    add_extended(pod, made, signature);
    return made;
}

/// Resources of containers that a class stands for: kube-scheduler makes a claim of them.
void cluster_view::add_extended(const nlohmann::json& pod, std::vector<dra::resource_claim>& claims,
                                std::string& signature) const {
    dra::resource_claim claim{.name = "extended-resources"};
    json_fields fields;
    std::size_t container = 0;
    fields.nested(pod, "spec", [&](const nlohmann::json& spec) {
        fields.each(spec, "containers", [&](const nlohmann::json& one) {
            std::size_t request = 0;
            fields.nested(one, "resources", [&](const nlohmann::json& resources) {
                fields.entries(resources, "requests", [&](const std::string& resource, const nlohmann::json& value) {
                    for (const auto& [name, device_class] : classes_) {
                        if (device_class.extended_resource != resource &&
                            "deviceclass.resource.kubernetes.io/" + name != resource)
                            continue;
                        const auto amount =
                            dra::quantity::parse(value.is_string() ? value.get<std::string>() : value.dump());
                        if (!amount || *amount <= dra::quantity{}) continue;
                        dra::device_request asks{.name = "container-" + std::to_string(container) + "-request-" +
                                                         std::to_string(request++)};
                        asks.demand.class_name = name;
                        asks.demand.count = amount->ceiling();
                        signature.append(name).append(" ").append(amount->text()).append("\n");
                        claim.requests.push_back(std::move(asks));
                        break;
                    }
                });
            });
            ++container;
        });
    });
    if (!claim.requests.empty()) claims.push_back(std::move(claim));
}

node_forecast cluster_view::forecast_on(node_entry& entry, const std::vector<const dra::resource_claim*>& claims) {
    prepare(entry);
    node_forecast made;
    if (!entry.devices || !entry.use) return made;
    const auto outcome = allocator_->allocate(*entry.devices, *entry.use, claims);
    if (!outcome.allocated) return made;
    std::vector<std::size_t> chosen;
    for (const auto& devices : outcome.devices) chosen.insert(chosen.end(), devices.begin(), devices.end());
    dra::placements_lost count{*entry.devices, *entry.use};
    made.possible = true;
    made.left = count.takeable();
    made.lost = count.loss(chosen);
    for (const std::size_t device : chosen)
        made.devices.append(made.devices.empty() ? "" : " ").append(entry.devices->devices()[device].content->name);
    return made;
}

std::uint32_t cluster_view::number_of(const std::string& text) {
    constexpr std::size_t most_texts = 4096;
    if (texts_.size() >= most_texts && !texts_.contains(text)) {
        texts_.clear();
        for (auto& [name, entry] : nodes_) entry.known.clear();
    }
    return texts_.try_emplace(text, static_cast<std::uint32_t>(texts_.size())).first->second;
}

std::vector<forecast_pointer> cluster_view::forecast(const nlohmann::json& pod, const std::vector<std::string>& nodes) {
    constexpr std::size_t most_known = 64;
    static const forecast_pointer nothing = std::make_shared<const node_forecast>();
    std::vector<forecast_pointer> made(nodes.size(), nothing);
    const std::lock_guard lock{mutex_};
    std::string text;
    const std::vector<dra::resource_claim> claims = open_claims(pod, text);
    if (claims.empty()) return made;
    const std::uint32_t number = number_of(text);
    std::vector<const dra::resource_claim*> pointers;
    for (const dra::resource_claim& claim : claims) pointers.push_back(&claim);
    if (!allocator_) {
        class_list_.clear();
        for (const auto& [name, one] : classes_) class_list_.push_back(one);
        allocator_.emplace(class_list_, dra::allocator_options{.step_limit = step_limit});
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto found = nodes_.find(nodes[i]);
        if (found == nodes_.end()) continue;
        auto& known = found->second.known;
        if (known.size() > most_known) known.clear();
        forecast_pointer& entry = known[number];
        if (!entry) entry = std::make_shared<const node_forecast>(forecast_on(found->second, pointers));
        made[i] = entry;
    }
    return made;
}

} // namespace extender
