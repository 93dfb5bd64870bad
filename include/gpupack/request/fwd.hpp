#pragma once

namespace gpupack {

struct exclusive;
struct slice;
struct instance;
class share;
struct request;
class task_mix;

} // namespace gpupack
