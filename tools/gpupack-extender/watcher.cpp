// SPDX-License-Identifier: Apache-2.0
#include "watcher.hpp"

#include "api_client.hpp"
#include "log.hpp"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace extender {

namespace {

/// A quiet watch ends sooner: the API server sends bookmarks each minute.
constexpr int watch_seconds = 60;

/// Path and query; pods that have ended hold nothing.
const char* path_of(object_kind kind) {
    switch (kind) {
    case object_kind::node: return "/api/v1/nodes?";
    case object_kind::pod: return "/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed&";
    case object_kind::config_map: return "/api/v1/namespaces/kube-system/configmaps?";
    case object_kind::device_class: return "/apis/resource.k8s.io/v1/deviceclasses?";
    case object_kind::resource_slice: return "/apis/resource.k8s.io/v1/resourceslices?";
    case object_kind::resource_claim: return "/apis/resource.k8s.io/v1/resourceclaims?";
    }
    return "";
}

void put(object_kind kind, const nlohmann::json& object, const object_sink& sink, watch_state& state) {
    ++state.events;
    if (const auto wrong = sink.put(kind, object)) {
        ++state.refused;
        log_line("warning", "an object is left out", {{"error", *wrong}});
    }
}

std::string version_of(const nlohmann::json& object) {
    const auto meta = object.find("metadata");
    return meta == object.end() ? std::string{} : meta->value("resourceVersion", std::string{});
}

/// Reads all objects of a kind, in pages; the version to watch from, or nothing.
std::optional<std::string> list(object_kind kind, httplib::Client& client, const object_sink& sink,
                                watch_state& state) {
    std::vector<std::string> keys;
    std::string next;
    while (true) {
        const auto reply =
            client.Get(std::string{path_of(kind)} + "limit=500" + (next.empty() ? "" : "&continue=" + next));
        if (!reply || reply->status != 200) {
            log_line("warning", "a list failed", {{"path", path_of(kind)}, {"status", reply ? reply->status : 0}});
            return std::nullopt;
        }
        const nlohmann::json document = nlohmann::json::parse(reply->body, nullptr, false);
        if (!document.is_object() || !document.contains("items") || !document["items"].is_array()) return std::nullopt;
        for (const nlohmann::json& object : document["items"]) {
            put(kind, object, sink, state);
            keys.push_back(key_of(object));
        }
        next = document.contains("metadata") ? document["metadata"].value("continue", std::string{}) : std::string{};
        if (next.empty()) {
            sink.keep_only(kind, keys);
            return version_of(document);
        }
    }
}

/// Follows changes until the connection ends; false where a fresh list is needed.
bool follow(object_kind kind, httplib::Client& client, std::string& version, const object_sink& sink,
            watch_state& state) {
    bool current = true;
    std::string buffer;
    const auto take = [&](const std::string& line) {
        const nlohmann::json event = nlohmann::json::parse(line, nullptr, false);
        if (!event.is_object() || !event.contains("object")) return;
        const nlohmann::json& object = event["object"];
        const std::string type = event.value("type", std::string{});
        if (type == "ERROR") {
            current = false; // the version is too old
            return;
        }
        if (const std::string newer = version_of(object); !newer.empty()) version = newer;
        if (type == "ADDED" || type == "MODIFIED") put(kind, object, sink, state);
        if (type == "DELETED") sink.remove(kind, object);
    };
    const auto receive = [&](const char* data, std::size_t size) {
        buffer.append(data, size);
        for (std::size_t end = buffer.find('\n'); end != std::string::npos; end = buffer.find('\n')) {
            take(buffer.substr(0, end));
            buffer.erase(0, end + 1);
        }
        return current && !state.stop;
    };
    const auto reply = client.Get(std::string{path_of(kind)} + "watch=1&allowWatchBookmarks=true&timeoutSeconds=" +
                                      std::to_string(watch_seconds) + "&resourceVersion=" + version,
                                  receive);
    return current && reply && reply->status == 200;
}

} // namespace

void watch(object_kind kind, const api_access& access, const object_sink& sink, watch_state& state) {
    bool listed = false;
    auto pause = std::chrono::milliseconds{200};
    while (!state.stop) {
        try {
            const std::unique_ptr<httplib::Client> client = make_client(access, watch_seconds + 30);
            auto version = list(kind, *client, sink, state);
            if (version) {
                pause = std::chrono::milliseconds{200};
                if (!listed)
                    ++state.listed;
                else
                    ++state.restarts;
                listed = true;
                while (!state.stop && follow(kind, *client, *version, sink, state)) {
                }
            }
        } catch (const std::exception& error) {
            log_line("warning", "a watch starts again", {{"path", path_of(kind)}, {"error", error.what()}});
        }
        if (state.stop) return;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{10'000});
    }
}

} // namespace extender
