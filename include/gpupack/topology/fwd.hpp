#pragma once

namespace gpupack {

struct gpu_model;
struct gpu_group;
class gpu_list;
class model_set;
class model_table;
struct node_spec;
struct node_kind;

} // namespace gpupack
