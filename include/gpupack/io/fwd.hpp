#pragma once

namespace gpupack::io {

struct trace_node;
struct trace_task;
struct trace;
class text_table;
struct cluster_domains;

} // namespace gpupack::io
