// SPDX-License-Identifier: Apache-2.0
// What the parts of libgpupack share.
#pragma once

#include <gpupack/c/gpupack.h>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/fleet.hpp>
#include <gpupack/state/placement_record.hpp>

#include <exception>
#include <string>
#include <string_view>
#include <utility>

/// A fleet as C sees it.
struct gpupack_fleet {
    gpupack::fleet fleet;
};

namespace libgpupack {

/// Remembers why a call of this thread failed, and returns the status.
gpupack_status fail(gpupack_status status, std::string message) noexcept;
/// Remembers what was wrong with the input.
gpupack_status fail(const gpupack::input_error& error) noexcept;
/// Remembers why a call of a fleet failed.
gpupack_status fail(const gpupack::failure& why) noexcept;

/// Runs the body of a call: whatever is thrown becomes a fault.
template <class Body> gpupack_status guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const std::exception& error) {
        return fail(GPUPACK_FAULT, error.what());
    } catch (...) {
        return fail(GPUPACK_FAULT, "an unknown exception");
    }
}

/// The status of an answer, whose failure is remembered.
template <class Answer> gpupack_status status_of(const Answer& answer) noexcept {
    return answer ? GPUPACK_OK : fail(answer.error());
}

/// Whether a text was passed that may not be NULL; the failure is remembered.
bool is_given(const void* value, const char* what) noexcept;

/// The request of a fleet that a C request means, in the cluster as it is.
gpupack::expected<gpupack::request, gpupack::input_error> request_of(const gpupack::fleet& fleet,
                                                                     const gpupack_request& request);

/// Tells the caller where something is; its texts are kept for this thread.
void tell(const gpupack::placement_record& record, gpupack_placement* placement);

/// Writes a text into the caller's buffer.
gpupack_status write(std::string_view text, char* buffer, size_t* length) noexcept;

} // namespace libgpupack
