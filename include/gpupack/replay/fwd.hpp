#pragma once

namespace gpupack::replay {

struct outcome;
struct curve_point;
struct result;
struct timeline_point;
struct timeline_result;
struct idle_causes;
struct size_counts;
class mix_learner;
struct locality;
struct synthetic_kind;
struct synthetic;
struct visit;
struct visits_result;

} // namespace gpupack::replay
