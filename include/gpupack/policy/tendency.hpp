#pragma once

#include <cstdint>

namespace gpupack::policy {

/// Which way a policy leans that can be set to either: fill what is in use, or keep tasks apart.
enum class tendency : std::uint8_t { pack, spread };

} // namespace gpupack::policy
