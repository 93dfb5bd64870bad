// SPDX-License-Identifier: Apache-2.0
// Tasks: placed, held, restored and released.
#include "library.hpp"

#include <gpupack/state/placement_text.hpp>

#include <string>
#include <vector>

using namespace gpupack;
using namespace libgpupack;

namespace {

std::string text_or(const char* text, const char* otherwise) {
    return text == nullptr ? otherwise : text;
}

/// Whether the caller's struct is one that can be written to; NULL is.
bool is_right(const gpupack_placement* placement) {
    if (placement == nullptr || placement->size >= sizeof(gpupack_placement)) return true;
    (void)fail(GPUPACK_BAD_INPUT, "size: expected sizeof(gpupack_placement)");
    return false;
}

std::string lines_of(const std::vector<placement_record>& records) {
    std::string text;
    for (const placement_record& each : records) text.append(to_text(each)).append("\n");
    return text;
}

} // namespace

gpupack_status gpupack_place(gpupack_fleet* fleet, const gpupack_request* request, gpupack_placement* placement) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(request, "request") || !is_right(placement))
            return GPUPACK_BAD_INPUT;
        const auto made = request_of(fleet->fleet, *request);
        if (!made) return fail(made.error());
        const auto placed = fleet->fleet.place(text_or(request->task, ""), *made, text_or(request->policy, ""));
        if (placed) tell(*placed, placement);
        return status_of(placed);
    });
}

gpupack_status gpupack_try(gpupack_fleet* fleet, const gpupack_request* request, gpupack_placement* placement) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(request, "request") || !is_right(placement))
            return GPUPACK_BAD_INPUT;
        const auto made = request_of(fleet->fleet, *request);
        if (!made) return fail(made.error());
        const auto found = fleet->fleet.try_place(*made, text_or(request->policy, ""));
        if (found) tell(*found, placement);
        return status_of(found);
    });
}

gpupack_status gpupack_hold(gpupack_fleet* fleet, const gpupack_request* request, int64_t expiry, uint64_t* token,
                            gpupack_placement* placement) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(request, "request") || !is_given(token, "token") ||
            !is_right(placement))
            return GPUPACK_BAD_INPUT;
        const auto made = request_of(fleet->fleet, *request);
        if (!made) return fail(made.error());
        const auto held = fleet->fleet.hold(text_or(request->task, ""), *made, expiry, text_or(request->policy, ""));
        if (!held) return fail(held.error());
        *token = held->first.number();
        tell(held->second, placement);
        return GPUPACK_OK;
    });
}

gpupack_status gpupack_commit(gpupack_fleet* fleet, uint64_t token) {
    return guarded([&] {
        return is_given(fleet, "fleet") ? status_of(fleet->fleet.commit(hold_token{token})) : GPUPACK_BAD_INPUT;
    });
}

gpupack_status gpupack_abort(gpupack_fleet* fleet, uint64_t token) {
    return guarded([&] {
        return is_given(fleet, "fleet") ? status_of(fleet->fleet.abort(hold_token{token})) : GPUPACK_BAD_INPUT;
    });
}

gpupack_status gpupack_expire(gpupack_fleet* fleet, int64_t now, uint64_t* count) {
    return guarded([&] {
        if (!is_given(fleet, "fleet")) return GPUPACK_BAD_INPUT;
        const std::size_t late = fleet->fleet.expire(now).size();
        if (count != nullptr) *count = late;
        return GPUPACK_OK;
    });
}

gpupack_status gpupack_restore(gpupack_fleet* fleet, const char* record, int force) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(record, "record")) return GPUPACK_BAD_INPUT;
        const auto read = placement_from_text(record);
        if (!read) return fail(read.error());
        return status_of(fleet->fleet.restore(*read, force != 0));
    });
}

gpupack_status gpupack_release(gpupack_fleet* fleet, const char* task) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(task, "task")) return GPUPACK_BAD_INPUT;
        return status_of(fleet->fleet.release(task));
    });
}

gpupack_status gpupack_leave(gpupack_fleet* fleet, const char* task, int leaving) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(task, "task")) return GPUPACK_BAD_INPUT;
        return status_of(fleet->fleet.set_leaving(task, leaving != 0));
    });
}

gpupack_status gpupack_task(gpupack_fleet* fleet, const char* task, gpupack_placement* placement) {
    return guarded([&] {
        if (!is_given(fleet, "fleet") || !is_given(task, "task") || !is_right(placement)) return GPUPACK_BAD_INPUT;
        const auto record = fleet->fleet.record(task);
        if (record) tell(*record, placement);
        return status_of(record);
    });
}

gpupack_status gpupack_tasks(gpupack_fleet* fleet, const char* node, char* text, size_t* length) {
    return guarded([&] {
        if (!is_given(fleet, "fleet")) return GPUPACK_BAD_INPUT;
        if (node == nullptr) return write(lines_of(fleet->fleet.records()), text, length);
        const auto records = fleet->fleet.records_on(node);
        return records ? write(lines_of(*records), text, length) : fail(records.error());
    });
}

gpupack_status gpupack_metrics(gpupack_fleet* fleet, char* text, size_t* length) {
    return guarded(
        [&] { return is_given(fleet, "fleet") ? write(fleet->fleet.metrics(), text, length) : GPUPACK_BAD_INPUT; });
}
