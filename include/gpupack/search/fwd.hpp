#pragma once

namespace gpupack::search {

struct choice;
struct scan;
template <class Key> class state_memo;

} // namespace gpupack::search
