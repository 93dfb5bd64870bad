// SPDX-License-Identifier: Apache-2.0
#include "capacity_room.hpp"

#include <gpupack/core/text_fields.hpp>
#include <gpupack/io/number_text.hpp>
#include <gpupack/plan/largest_request.hpp>
#include <gpupack/plan/place_gang.hpp>
#include <gpupack/plan/room_meter.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/state/request_text.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace replay_program {
namespace {

using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;
namespace plan = gpupack::plan;

constexpr std::size_t most_rows = 8;          // of requests that nobody named
constexpr std::int64_t most_placed = 100'000; // one after the other
constexpr std::int64_t most_gangs_placed = 1'000;

/// A request from the command line: that of request_from_text(), with members=N beside.
expected<request_room, input_error> read_request(const std::string& text, const gpupack::cluster& cluster) {
    request_room read{.text = text};
    std::string rest;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        begin = end + 1;
        if (!word.starts_with("members=")) {
            rest += (rest.empty() ? "" : " ") + word;
            continue;
        }
        const auto members = gpupack::io::parse_whole(word.substr(8));
        if (!members || *members < 1 || *members > 100'000)
            return gpupack::bad_input("--request: members", word.substr(8), "from 1 to 100000");
        read.members = static_cast<int>(*members);
    }
    const auto request = gpupack::request_from_text(rest, cluster);
    if (!request) {
        input_error error = request.error();
        error.field = "--request: " + error.field;
        return unexpected<input_error>{error};
    }
    read.request = *request;
    return read;
}

/// The requests that most tasks make, most frequent first.
std::vector<request_room> frequent_requests(const inputs& input, const gpupack::cluster& cluster) {
    struct kind {
        const gpupack::workload::task* task;
        std::int64_t count;
    };
    std::vector<kind> kinds;
    for (const gpupack::workload::task& task : input.workload.tasks) {
        const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const kind& other) {
            return other.task->members == task.members && other.task->request == task.request;
        });
        if (same == kinds.end())
            kinds.push_back({&task, task.weight});
        else
            same->count += task.weight;
    }
    std::stable_sort(kinds.begin(), kinds.end(), [](const kind& a, const kind& b) { return a.count > b.count; });
    std::vector<request_room> rows;
    for (std::size_t i = 0; i < std::min(kinds.size(), most_rows); ++i) {
        const gpupack::workload::task& task = *kinds[i].task;
        request_room& row = rows.emplace_back();
        row.text = gpupack::to_text(task.request, cluster);
        if (task.members > 1) row.text += " members=" + std::to_string(task.members);
        row.request = task.request;
        row.members = task.members;
    }
    return rows;
}

/// Lets the policy place one after the other on a copy, until it refuses.
void place_all(request_room& row, gpupack::any_scheduler scheduler) {
    const std::int64_t most = row.members > 1 ? most_gangs_placed : most_placed;
    const auto place = [&] {
        if (row.members == 1) return scheduler.try_place(row.request).has_value();
        return plan::place_gang(scheduler, gpupack::gang{.parts = {{row.request, row.members}}}).has_value();
    };
    while (row.placed < most && place()) ++row.placed;
    row.stopped = row.placed == most;
}

void count(request_room& row, const gpupack::any_scheduler& scheduler) {
    const gpupack::cluster& cluster = scheduler.cluster();
    const gpupack::request placed = gpupack::effective_request(scheduler.rule(), row.request);
    row.room =
        plan::counts_exactly(placed) ? plan::room_meter{cluster, {placed}}.room(0) : plan::count_room(cluster, placed);
    row.room.least /= row.members;
    row.room.most /= row.members;
    place_all(row, scheduler);
    if (placed.gpus == 0) return;
    const auto largest = plan::find_largest(cluster, placed, plan::request_size::gpus);
    if (!largest) return;
    row.largest_gpus = static_cast<int>(largest->size);
    row.largest_node = cluster.name(largest->node);
}

/// The MIG profile with the most memory that fits some GPU of a model.
std::string largest_profile(const gpupack::cluster& cluster, gpupack::model_id model) {
    const auto& table = cluster.models().tables_of(model).mig;
    std::string largest;
    gpupack::mebibytes memory{};
    for (int p = 0; table && p < table->profile_count; ++p) {
        const std::string name{table->profiles[p].name.view()};
        const auto share = gpupack::mig_profile(cluster.models(), name);
        if (!share || (!largest.empty() && gpupack::share{*share}.memory() <= memory)) continue;
        gpupack::request one{.gpus = 1, .share = *share};
        one.models = gpupack::model_set::of(model);
        for (std::uint32_t n = 0; n < cluster.size(); ++n)
            if (gpupack::fit::fits(cluster.node_at(n), one)) {
                largest = name;
                memory = one.share.memory();
                break;
            }
    }
    return largest;
}

model_room room_of_model(const gpupack::cluster& cluster, gpupack::model_id model) {
    model_room row{.model = std::string{cluster.models()[model].model.view()}};
    for (std::uint32_t n = 0; n < cluster.size(); ++n) {
        const gpupack::node_view node = cluster.node_at(n);
        for (int i = 0; i < node.gpu_count(); ++i) {
            if (node.gpu_model(i).number() != model.number()) continue;
            ++row.gpus;
            row.idle +=
                gpupack::used_part(node.gpu(i), node.capacity(i)) == 0 && !node.gpu(i).closed && !node.closed() ? 1 : 0;
        }
    }
    gpupack::request kind{.gpus = 1};
    kind.models = gpupack::model_set::of(model);
    const auto size_of = [&](plan::request_size what) {
        const auto largest = plan::find_largest(cluster, kind, what);
        return largest ? largest->size : 0;
    };
    row.largest_gpus = static_cast<int>(size_of(plan::request_size::gpus));
    row.compute = size_of(plan::request_size::compute);
    row.gpu_memory = size_of(plan::request_size::gpu_memory);
    row.profile = largest_profile(cluster, model);
    return row;
}

} // namespace

expected<capacity_room, input_error> find_room(const capacity_options& chosen, const inputs& input,
                                               const gpupack::any_scheduler& scheduler) {
    const gpupack::cluster& cluster = scheduler.cluster();
    capacity_room all{.nodes = cluster.size(),
                      .gpus = cluster.gpu_count(),
                      .running = cluster.live_placements(),
                      .compute = cluster.compute().count()};
    for (const std::string& text : chosen.requests) {
        auto row = read_request(text, cluster);
        if (!row) return unexpected<input_error>{row.error()};
        all.rooms.push_back(*std::move(row));
    }
    if (chosen.requests.empty()) all.rooms = frequent_requests(input, cluster);
    for (request_room& row : all.rooms) count(row, scheduler);
    for (std::size_t m = 0; m < cluster.models().size(); ++m) {
        model_room row = room_of_model(cluster, gpupack::model_id{static_cast<std::uint8_t>(m)});
        if (row.gpus > 0) all.models.push_back(std::move(row));
    }
    std::vector<gpupack::request> wanted;
    for (const request_room& row : all.rooms)
        if (row.request.gpus > 0 && !chosen.requests.empty()) wanted.push_back(row.request);
    if (chosen.requests.empty())
        wanted = gpupack::replay::typical_requests(input.workload.mix(), gpupack::policy::fgd_typical_percent);
    all.idle = gpupack::replay::idle_causes_of(cluster, wanted);
    return all;
}

} // namespace replay_program
