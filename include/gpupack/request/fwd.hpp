#pragma once

namespace gpupack {

struct exclusive;
struct slice;
struct instance;
class share;
struct request;
struct model_selector;
class task_mix;

} // namespace gpupack
