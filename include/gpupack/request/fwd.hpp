#pragma once

#include <cstdint>

namespace gpupack {

enum class seed_stream : std::uint64_t;
template <class Index> class arrival_stream;
enum class numa_alignment : std::uint8_t;
struct exclusive;
struct slice;
struct instance;
class share;
struct request;
enum class gang_layout : std::uint8_t;
struct gang_part;
struct gang;
struct model_selector;
struct hami_limits;
struct hami_defaults;
struct hami_demand;
struct koordinator_resources;
class learned_mix;
struct split_slice;
struct label_terms;
struct label_selector;
class gpu_choice;
struct gpu_selector;
class task_mix;

} // namespace gpupack
