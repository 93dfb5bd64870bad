#pragma once

namespace gpupack::search {

struct choice;
struct scan;
struct parallel;
struct indexed;
class shape_table;

} // namespace gpupack::search
