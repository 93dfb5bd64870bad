// SPDX-License-Identifier: Apache-2.0
// go-gpuallocator: scores of pairs, the sets of its policies, and an allocator that is asked again and again.
#include "board.hpp"
#include "links.hpp"
#include "systems.hpp"

#include <gpupack/dialect/kubernetes/gpuallocator.hpp>
#include <gpupack/dialect/kubernetes/presets.hpp>
#include <gpupack/dialect/kubernetes/static_dgx.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/models.hpp>

namespace judge_program {
namespace {

using namespace gpupack;
using nlohmann::json;

constexpr std::string_view padding_fault = "the answer is padded with GPUs that are not there";
constexpr std::string_view aliasing_fault = "from 7 sets on, a partition is changed while it is compared";

std::optional<dialect::dgx> machine_of(const std::string& policy) {
    if (policy == "dgx-1-pascal") return dialect::dgx::dgx_1_p100;
    if (policy == "dgx-1-volta") return dialect::dgx::dgx_1_v100;
    if (policy == "dgx-2") return dialect::dgx::dgx_2;
    return std::nullopt;
}

class replayed_case {
  public:
    replayed_case(const json& test_case, tally& counts)
        : case_{test_case}, counts_{counts}, topology_{topology_of(test_case)}, links_{topology_} {}

    void run() {
        compare_pairs();
        for (const json& question : case_["questions"]) answer(question);
        if (case_.contains("sequence") && !case_["sequence"]["steps"].is_null()) allocate();
    }

  private:
    void compare_pairs() {
        for (int a = 0; a < links_.gpus(); ++a)
            for (int b = 0; b < a; ++b) {
                const json& theirs = case_["pair_scores"][static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
                const int ours = links_.pair(a, b, nvlink_count::direct);
                counts_.compare("gpuallocator pair score", theirs == ours, {}, [&] {
                    return sides{"GPUs " + std::to_string(a) + " and " + std::to_string(b), theirs.dump(),
                                 std::to_string(ours)};
                });
            }
    }

    [[nodiscard]] gpu_set choose(const std::string& policy, gpu_set available, gpu_set required, int size) const {
        if (policy == "best-effort") return dialect::best_effort_set(links_, available, required, size);
        if (policy == "simple") return dialect::simple_set(available, required, size);
        return dialect::static_set(machine_of(policy).value(), available, size, required);
    }

    /// What explains another set than theirs.
    [[nodiscard]] static std::string_view fault_of(const std::string& policy, const json& question, int available) {
        if (question.contains("padding") || question.contains("panics")) return padding_fault;
        const int size = question.contains("size") ? question["size"].get<int>() : question["allocate"].get<int>();
        return policy == "best-effort" && size > 0 && (available + size - 1) / size >= 7 ? aliasing_fault
                                                                                         : std::string_view{};
    }

    void answer(const json& question) {
        counts_.count_decision();
        const std::string policy = question["policy"];
        const gpu_set available = gpus_in(question["available"]);
        const gpu_set theirs = gpus_in(question["chosen"]);
        const gpu_set ours = choose(policy, available, gpus_in(question["required"]), question["size"]);
        const std::string_view fault = fault_of(policy, question, available.size());
        const auto describe = [&] {
            json asked = question;
            for (const char* key : {"chosen", "score", "others", "padding"}) asked.erase(key);
            return sides{asked.dump(), text_of(theirs) + (question.contains("padding") ? " padded" : ""),
                         text_of(ours)};
        };
        counts_.compare("gpuallocator " + policy + " GPUs", !question.contains("padding") && ours == theirs, fault,
                        describe);
        if (ours == theirs && !question.contains("padding"))
            counts_.compare("gpuallocator " + policy + " score",
                            links_.score(ours, nvlink_count::direct) == question["score"].get<int>(), {}, describe);
    }

    [[nodiscard]] board make_board() const {
        const node_spec spec{.cpu = milli_cpu{1'000'000},
                             .memory = mebibytes{1'000'000},
                             .gpus = {case_["gpus"].get<int>(), models::a100_80gb},
                             .topology = topology_};
        return board{cluster_builder{}.add_nodes(1, spec).build().value()};
    }

    /// Asks for GPUs of a node of its own, which gives and takes them back as theirs did.
    void allocate() {
        board node = make_board();
        const std::string policy = case_["sequence"]["policy"];
        const judged_policy by = policy == "best-effort" ? preset_of(dialect::kubernetes_presets, "gpuallocator")
                                                         : judged_policy{policy::first_fit{}};
        for (const json& step : case_["sequence"]["steps"]) {
            if (step.contains("free")) {
                node.leave(gpus_in(step["free"]).bits());
                continue;
            }
            counts_.count_decision();
            const request asked{.gpus = step["allocate"]};
            const gpu_set theirs = gpus_in(step.value("chosen", json::array()));
            gpu_set available;
            for (int i = 0; i < node.node(0).gpu_count(); ++i)
                if (is_free_whole(node.node(0).gpu(i))) available.insert(i);
            gpu_set ours;
            if (machine_of(policy))
                ours = dialect::static_set(*machine_of(policy), available, asked.gpus);
            else if (const decided made = by(node, asked); made.fits(0))
                ours = made.gpus(0);
            counts_.compare("gpuallocator " + policy + " sequence", !step.contains("panics") && ours == theirs,
                            fault_of(policy, step, available.size()), [&] {
                                return sides{"allocate " + step["allocate"].dump() + " of " + text_of(available),
                                             step.contains("panics") ? "panics" : text_of(theirs), text_of(ours)};
                            });
            if (step.contains("panics") || theirs.empty()) continue;
            if (!node.take(theirs.bits(), 0, theirs, asked)) return counts_.leave_out("the rest of a sequence");
        }
    }

    const json& case_;
    tally& counts_;
    node_topology topology_;
    link_table links_;
};

} // namespace

void judge_gpuallocator(const json& test_case, tally& counts) {
    replayed_case{test_case, counts}.run();
}

} // namespace judge_program
