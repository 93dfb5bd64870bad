// SPDX-License-Identifier: Apache-2.0
#include "library.hpp"

#include <gpupack/core/bits.hpp>
#include <gpupack/core/text_fields.hpp>
#include <gpupack/core/version.hpp>
#include <gpupack/state/placement_text.hpp>
#include <gpupack/state/request_text.hpp>

#include <algorithm>
#include <cstring>
#include <new>

using namespace gpupack;

namespace libgpupack {

namespace {

thread_local std::string last_error;
thread_local placement_record last_record; // what a gpupack_placement points into
thread_local std::string last_line;

} // namespace

gpupack_status fail(gpupack_status status, std::string message) noexcept {
    last_error = std::move(message);
    return status;
}

gpupack_status fail(const input_error& error) noexcept {
    return guarded([&] { return fail(GPUPACK_BAD_INPUT, error.message()); });
}

gpupack_status fail(const failure& why) noexcept {
    return guarded([&] { return fail(static_cast<gpupack_status>(why.status), why.message); });
}

bool is_given(const void* value, const char* what) noexcept {
    if (value != nullptr) return true;
    (void)guarded([&] { return fail(GPUPACK_BAD_INPUT, std::string{what}.append(": expected a value, not NULL")); });
    return false;
}

expected<request, input_error> request_of(const fleet& fleet, const gpupack_request& asked) {
    if (asked.size < sizeof(gpupack_request))
        return bad_input("size", std::to_string(asked.size), "sizeof(gpupack_request)");
    std::string line = std::string{"gpus="}.append(std::to_string(asked.gpus));
    const auto add = [&](const char* name, const char* value) {
        if (value != nullptr) line.append(" ").append(name).append("=").append(quoted_value(value));
    };
    add("share", asked.share);
    add("models", asked.models);
    add("labels", asked.labels);
    add("ids", asked.gpu_ids);
    add("numa", asked.numa);
    auto made =
        fleet.look([&](const any_scheduler& scheduler) { return request_from_text(line, scheduler.cluster()); });
    if (!made) return made;
    made->cpu = milli_cpu{asked.cpu_milli};
    made->memory = mebibytes{asked.memory_mib};
    return checked(*made);
}

void tell(const placement_record& record, gpupack_placement* placement) {
    if (placement == nullptr) return;
    last_record = record;
    last_line = to_text(record);
    placement->gpu_count = static_cast<std::uint32_t>(last_record.gpus.size());
    placement->node = last_record.node.c_str();
    placement->record = last_line.c_str();
    for_each_gpu_indexed(last_record.gpus, [&](int nth, int i) {
        const auto n = static_cast<std::size_t>(nth);
        gpupack_gpu& told = placement->gpus[nth];
        const bool has_instance = n < last_record.instances.size();
        told.gpu = i;
        told.start = has_instance ? last_record.instances[n].start : -1;
        told.id = n < last_record.gpu_ids.size() ? last_record.gpu_ids[n].c_str() : "";
        told.profile = has_instance ? last_record.instances[n].profile.c_str() : "";
        told.memory_mib = n < last_record.pieces.size() ? last_record.pieces[n].count() : 0;
    });
}

gpupack_status write(std::string_view text, char* buffer, size_t* length) noexcept {
    if (!is_given(length, "length")) return GPUPACK_BAD_INPUT;
    const std::size_t room = buffer == nullptr ? 0 : *length;
    *length = text.size();
    if (room == 0) return guarded([&] { return fail(GPUPACK_FULL, "the buffer is too small"); });
    const std::size_t count = std::min(text.size(), room - 1);
    std::memcpy(buffer, text.data(), count);
    buffer[count] = '\0';
    return count == text.size() ? GPUPACK_OK : guarded([&] { return fail(GPUPACK_FULL, "the buffer is too small"); });
}

} // namespace libgpupack

#define GPUPACK_TEXT_OF(x) #x
#define GPUPACK_TEXT(x) GPUPACK_TEXT_OF(x)

uint32_t gpupack_abi(void) {
    return GPUPACK_C_ABI;
}

const char* gpupack_version(void) {
    return GPUPACK_TEXT(GPUPACK_VERSION_MAJOR) "." GPUPACK_TEXT(GPUPACK_VERSION_MINOR) "." GPUPACK_TEXT(
        GPUPACK_VERSION_PATCH);
}

const char* gpupack_last_error(void) {
    return libgpupack::last_error.c_str();
}
