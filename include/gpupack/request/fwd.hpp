#pragma once

namespace gpupack {

struct exclusive;
struct slice;
struct instance;
class share;
struct request;
struct model_selector;
struct hami_limits;
struct hami_defaults;
struct hami_demand;
struct koordinator_resources;
class task_mix;

} // namespace gpupack
