#pragma once

namespace gpupack::search {

struct choice;
struct scan;

} // namespace gpupack::search
