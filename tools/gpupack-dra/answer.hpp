// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "options.hpp"

namespace dra_program {

/// The command `answer`: many cases, each with its own features. Returns the exit status.
[[nodiscard]] int answer(const options& chosen);

} // namespace dra_program
