// SPDX-License-Identifier: Apache-2.0
#include "share_service.hpp"

#include "extender_call.hpp"
#include "log.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace extender {

namespace {

using nlohmann::json;

/// Adds the time of a call when it ends.
class timer {
  public:
    explicit timer(std::atomic<std::uint64_t>& micros) : micros_{micros} {}
    ~timer() {
        micros_ += static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start_).count());
    }
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;

  private:
    std::atomic<std::uint64_t>& micros_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::string pod_path(const std::string& key) {
    const std::size_t slash = key.find('/');
    return "/api/v1/namespaces/" + key.substr(0, slash) + "/pods/" + key.substr(slash + 1);
}

/// A name as Kubernetes has them, so that no path can be made of it.
bool is_name(const std::string& text) {
    return !text.empty() && text.size() <= 253 &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos;
}

std::string field_text(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// gpushare's sentences (pkg/scheduler/predicate.go).
std::string reason_of(share_fit fit, const std::string& node) {
    return fit == share_fit::not_shared ? "The node " + node + " is not for GPU share, need skip"
                                        : "Insufficient GPU Memory in one device";
}

} // namespace

share_answer share_service::filter(const std::string& body) {
    const timer measured{counters_.micros};
    ++counters_.filters;
    const auto call = read_extender_call(body);
    if (!call) {
        ++counters_.refused;
        return {
            200,
            R"({"Nodes":null,"NodeNames":null,"FailedNodes":null,"Error":"expected an object with Pod and NodeNames or Nodes"})"};
    }
    const share_pod pod = read_share_pod(call->pod);
    const std::vector<share_fit> fits = view_.fits(pod, call->nodes);
    json names = json::array(), items = json::array(), failed = json::object();
    for (std::size_t i = 0; i < fits.size(); ++i) {
        if (fits[i] != share_fit::yes && !chosen_.dry_run) {
            failed[call->nodes[i]] = reason_of(fits[i], call->nodes[i]);
            continue;
        }
        names.push_back(call->nodes[i]);
        if (call->node_objects.is_array()) items.push_back(call->node_objects[i]);
    }
    const auto fitting = std::count(fits.begin(), fits.end(), share_fit::yes);
    if (fitting == 1 && names.size() == 1 && !chosen_.dry_run)
        view_.hold(pod, names[0].get<std::string>()); // there or nowhere
    if (chosen_.dry_run)
        log_line("info", "filter", {{"pod", pod.key}, {"nodes", fits.size()}, {"fit", fitting}, {"dry_run", true}});
    const json reply{{"Nodes", call->node_objects.is_array() ? json{{"items", std::move(items)}} : json{}},
                     {"NodeNames", std::move(names)},
                     {"FailedNodes", std::move(failed)},
                     {"Error", ""}};
    return {200, reply.dump(-1, ' ', false, json::error_handler_t::replace)};
}

share_answer share_service::prioritize(const std::string& body) {
    const timer measured{counters_.micros};
    ++counters_.prioritizes;
    const auto call = read_extender_call(body);
    if (!call) {
        ++counters_.refused;
        return {400, R"({"error":"expected an object with Pod and NodeNames or Nodes"})"};
    }
    const share_pod pod = read_share_pod(call->pod);
    std::unordered_map<std::string, int> points;
    std::string best;
    if (pod.units > 0 && !chosen_.scheduler_chooses) {
        for (const std::string& name : call->nodes) points.emplace(name, 0);
        std::vector<ranked_share_node> ranked = view_.rank(pod);
        std::erase_if(ranked, [&](const ranked_share_node& one) { return !points.contains(one.name); });
        for (const ranked_share_node& one : ranked) {
            // By the first number of the score; the rest breaks ties, and the best is alone.
            const double most = static_cast<double>(ranked.front().score[0]),
                         least = static_cast<double>(ranked.back().score[0]);
            points[one.name] =
                most > least
                    ? static_cast<int>((most_score - 1) * (static_cast<double>(one.score[0]) - least) / (most - least))
                    : 0;
        }
        if (!ranked.empty()) {
            best = ranked.front().name;
            points[best] = most_score;
        }
    }
    json reply = json::array();
    for (const std::string& name : call->nodes) {
        const auto found = points.find(name);
        reply.push_back({{"Host", name}, {"Score", found == points.end() || chosen_.dry_run ? 0 : found->second}});
    }
    if (!best.empty()) {
        if (!chosen_.dry_run) view_.hold(pod, best);
        log_line("info", "prioritize", {{"pod", pod.key}, {"node", best}, {"dry_run", chosen_.dry_run}});
    }
    return {200, reply.dump(-1, ' ', false, json::error_handler_t::replace)};
}

share_answer share_service::bind(const std::string& body) {
    const timer measured{counters_.micros};
    ++counters_.binds;
    const json request = json::parse(body, nullptr, false);
    std::string error = "expected an object with PodName, PodNamespace, PodUID and Node";
    if (request.is_object()) {
        const std::string name = field_text(request, "PodName"), name_space = field_text(request, "PodNamespace"),
                          node = field_text(request, "Node");
        if (is_name(name) && is_name(name_space) && is_name(node))
            error = bind_pod(name_space + "/" + name, field_text(request, "PodUID"), node);
    } else
        ++counters_.refused;
    if (error.empty()) return {200, R"({"Error":""})"};
    ++counters_.bind_errors;
    log_line("warning", "a pod is not bound",
             {{"pod", field_text(request.is_object() ? request : json::object(), "PodName")}, {"error", error}});
    return {500, json{{"Error", error}}.dump(-1, ' ', false, json::error_handler_t::replace)};
}

/// Binds a pod, and says why not where it does not.
std::string share_service::bind_pod(const std::string& key, const std::string& uid, const std::string& node) {
    if (chosen_.dry_run) return "a dry run binds nothing";
    const auto found = api_.get(pod_path(key));
    if (!found.good()) return found.reason();
    const share_pod pod = read_share_pod(found.body);
    if (pod.uid != uid) return "The pod " + key + "'s uid is " + pod.uid + ", and it's not equal with expected " + uid;
    if (!pod.node.empty()) return "the pod is bound to " + pod.node;
    if (pod.units == 0) return "the pod asks for no aliyun.com/gpu-mem";
    const auto gpu = view_.begin(pod, node);
    if (!gpu) return "The node " + node + " can't place the pod " + key;
    return bind_on(pod, node, *gpu);
}

/// The two writes. The binding names the version that the first has made: if the pod changes in between, it is refused.
std::string share_service::bind_on(const share_pod& pod, const std::string& node, int gpu) {
    const std::int64_t device = view_.units_each(node);
    const auto now =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const json annotations{
        {share_names::gpu, std::to_string(gpu)},         {share_names::device, std::to_string(device)},
        {share_names::pod, std::to_string(pod.units)},   {share_names::assigned, "false"},
        {share_names::assume_time, std::to_string(now)}, {share_names::node, node}};
    const auto write = [&](const std::string& version) {
        return api_.patch(
            pod_path(pod.key),
            {{"metadata", {{"uid", pod.uid}, {"resourceVersion", version}, {"annotations", annotations}}}});
    };
    auto written = write(pod.version);
    if (written.status == 409) { // somebody has changed the pod: once more, if it is still the same and not bound
        const auto found = api_.get(pod_path(pod.key));
        const share_pod again = found.good() ? read_share_pod(found.body) : share_pod{};
        if (again.uid == pod.uid && again.node.empty() && again.units == pod.units) written = write(again.version);
    }
    if (!written.good()) {
        view_.end(pod.uid, false); // whatever was written, nothing is bound
        return written.reason();
    }
    const auto bound = api_.post(pod_path(pod.key) + "/binding",
                                 {{"apiVersion", "v1"},
                                  {"kind", "Binding"},
                                  {"metadata",
                                   {{"name", pod.key.substr(pod.key.find('/') + 1)},
                                    {"uid", pod.uid},
                                    {"resourceVersion", read_share_pod(written.body).version}}},
                                  {"target", {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}}}});
    view_.end(pod.uid, bound.good() ? std::optional{true} : bound.refused() ? std::optional{false} : std::nullopt);
    if (bound.good()) {
        ++counters_.bound;
        log_line("info", "bind", {{"pod", pod.key}, {"node", node}, {"gpu", gpu}, {"units", pod.units}});
        return {};
    }
    if (!bound.refused()) ++counters_.unknown;
    return bound.reason();
}

void share_service::settle() {
    for (const auto& [key, uid] : view_.expire()) settle_one(key, uid);
}

/// Takes the annotations back, so that a binding that is still on its way is refused; only then the share is free.
void share_service::settle_one(const std::string& key, const std::string& uid) {
    const auto found = api_.get(pod_path(key));
    if (found.status == 404) return view_.end(uid, false);
    if (!found.good()) return view_.ask_later(uid);
    const share_pod pod = read_share_pod(found.body);
    if (pod.uid != uid || pod.ended) return view_.end(uid, false);
    if (!pod.node.empty()) return view_.ask_later(uid); // the watch will say so
    json annotations;
    for (const char* name : {share_names::gpu, share_names::device, share_names::pod, share_names::assigned,
                             share_names::assume_time, share_names::node})
        annotations[name] = nullptr;
    const auto taken = api_.patch(
        pod_path(key), {{"metadata", {{"uid", uid}, {"resourceVersion", pod.version}, {"annotations", annotations}}}});
    if (!taken.good()) return view_.ask_later(uid);
    log_line("info", "a binding was never made", {{"pod", key}});
    view_.end(uid, false);
}

std::string share_service::metrics() const {
    const auto line = [](const char* name, auto value) {
        return std::string{"gpupack_extender_"} + name + " " + std::to_string(value) + "\n";
    };
    const share_view::counts now = view_.count();
    return line("filter_total", counters_.filters.load()) + line("prioritize_total", counters_.prioritizes.load()) +
           line("bind_total", counters_.binds.load()) + line("bound_total", counters_.bound.load()) +
           line("bind_errors_total", counters_.bind_errors.load()) +
           line("bind_unknown_total", counters_.unknown.load()) + line("bad_requests_total", counters_.refused.load()) +
           line("call_microseconds_total", counters_.micros.load()) + line("nodes", now.nodes) +
           line("pods_bound", now.pods) + line("pods_held", now.held) + line("pods_assumed", now.assumed) +
           line("malformed_annotations_total", now.malformed) + line("over_full_gpus", now.over_full) +
           line("gpu_memory_units", now.units) + line("gpu_memory_units_used", now.used);
}

} // namespace extender
